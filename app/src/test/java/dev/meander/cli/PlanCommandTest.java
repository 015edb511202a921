package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class PlanCommandTest {
  private static final String MODEL = "model.path=" + Cli.MODEL;

  @Test
  void phasesAddUpAndThePeakIsTheLargest() {
    JsonNode json =
        Cli.run("plan", "quickstart", "--set", MODEL, "--memory", "2G", "--json").json();
    long most = 0;
    for (JsonNode phase : json.path("phases")) {
      long sum = 0;
      for (JsonNode part : phase.path("parts")) {
        sum += part.asLong();
      }
      assertThat(phase.path("bytes").asLong()).isEqualTo(sum);
      most = Math.max(most, sum);
    }
    assertThat(json.path("peak_bytes").asLong()).isEqualTo(most).isPositive();
    assertThat(json.path("memory").asLong()).isEqualTo(2L << 30);
    assertThat(json.path("fits").asBoolean()).isTrue();
    assertThat(json.path("largest_update_batch_size").asInt()).isPositive();
  }

  @Test
  void inWords() {
    Cli.Result fits = Cli.run("plan", "quickstart", "--set", MODEL, "--memory", "2G");
    assertThat(fits.out()).contains("transformer", "update", "fits into 2.00 GiB");
    Cli.Result little = Cli.run("plan", "quickstart", "--set", MODEL, "--memory", "10M");
    assertThat(little.out()).contains("MORE than", "sampling.batch_size none");
    Cli.Result wrong = Cli.run("plan", "quickstart", "--set", MODEL, "--memory", "much");
    assertThat(wrong.status()).isEqualTo(2);
    assertThat(wrong.err()).contains("24G");
  }

  @Test
  void aGpusMemoryIsNotTheMachines() {
    String device = "model.device=cuda";
    Cli.Result unknown = Cli.run("plan", "quickstart", "--set", MODEL, "--set", device);
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).contains("--memory 24G");
    Cli.Result given =
        Cli.run("plan", "quickstart", "--set", MODEL, "--set", device, "--memory", "80G");
    assertThat(given.out()).contains("fits into 80.00 GiB");
  }
}
