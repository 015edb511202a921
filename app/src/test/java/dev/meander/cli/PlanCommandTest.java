package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.cli.published.PublishedModel;
import dev.meander.model.ModelSizes;
import dev.meander.text.TextOptions;
import java.nio.file.Path;
import java.util.Map;
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
    assertThat(fits.out()).contains("transformer", "update", "fits into 2.0 GiB");
    Cli.Result little = Cli.run("plan", "quickstart", "--set", MODEL, "--memory", "10M");
    assertThat(little.out()).contains("MORE than 10 MiB", "sampling.batch_size none");
    assertThat(little.out()).doesNotContainPattern("\\b0(\\.0+)? .iB");
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
    assertThat(given.out()).contains("fits into 80.0 GiB");
  }

  @Test
  void publishedModelsAreKnownBeforeTheyAreDownloaded() {
    // Parameters as the published files have them: 2,028,328,000 + pos_embed's buffer and so on.
    Map<String, double[]> billions =
        Map.of(
            "models/sd3-medium", new double[] {2.0, 2.2, 5.58},
            "models/sd3.5-medium", new double[] {2.2, 2.6, 5.58},
            "/weights/stable-diffusion-3.5-large", new double[] {8.0, 8.2, 5.58},
            "models/flux.1-dev", new double[] {11.8, 12.0, 4.89},
            "models/FLUX.1-schnell", new double[] {11.8, 12.0, 4.89});
    billions.forEach(
        (path, expected) -> {
          ModelSizes sizes =
              PublishedModel.named(Path.of(path)).orElseThrow().sizes(TextOptions.usual());
          assertThat(sizes.parameters().get("transformer") / 1e9)
              .as(path)
              .isBetween(expected[0], expected[1]);
          assertThat(sizes.textParameters() / 1e9).isCloseTo(expected[2], within(0.01));
          assertThat(sizes.parameters().get("vae")).isEqualTo(83_819_683);
        });
    assertThat(PublishedModel.named(Path.of("models/toybox-sd3"))).isEmpty();

    Cli.Result large =
        Cli.run(
            "plan",
            "sd35m-flow-grpo-pickscore",
            "--set",
            "model.path=models/none/sd35-large",
            "--set",
            "model.dtype=bfloat16",
            "--memory",
            "80G");
    assertThat(large.status()).as(large.err()).isZero();
    assertThat(large.err()).contains("counted as the published Stable Diffusion 3.5 Large");
    assertThat(large.out()).contains("Peak");
  }

  @Test
  void severalProcesses() {
    Object[] plan = {
      "plan",
      "quickstart",
      "--set",
      MODEL,
      "--set",
      "distributed.parts=12",
      "--memory",
      "2G",
      "--processes",
      "1,3,8",
      "--per-node",
      "4",
      "--seconds",
      "10",
      "--json"
    };
    JsonNode all = Cli.run(plan).json().path("processes");
    assertThat(all.size()).isEqualTo(3);
    assertThat(all.path(0).path("seconds").asDouble()).isEqualTo(10);
    assertThat(all.path(0).path("sent_bytes").asLong()).isZero();
    assertThat(all.path(1).path("parts").asInt()).isEqualTo(4);
    assertThat(all.path(1).path("busy").asDouble()).isEqualTo(1);
    assertThat(all.path(1).path("memory_bytes").asLong())
        .isLessThan(all.path(0).path("memory_bytes").asLong());
    // 8 processes: some have 2 of 12 parts, and these are as slow as 6 processes.
    assertThat(all.path(2).path("busy").asDouble()).isEqualTo(0.75);
    assertThat(all.path(2).path("efficiency").asDouble()).isBetween(0.5, 0.75);

    plan[plan.length - 1] = "--network=fast";
    assertThat(Cli.run(plan).err()).contains("100G");
    plan[plan.length - 1] = "--network=400Gb";
    assertThat(Cli.run(plan).out()).contains("parts each", "efficiency", "75%");
  }
}
