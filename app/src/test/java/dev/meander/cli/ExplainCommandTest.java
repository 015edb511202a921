package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code explain} and {@code probe}, on a tiny model. */
class ExplainCommandTest {
  private static final String RECIPE =
      """
      name: tiny
      rollouts: 2
      threads: 1
      model: {path: %s, t5_tokens: 2, height: 24, width: 24}
      sampling: {steps: 4, batch_size: 8}
      method: {credit: turning_point, weight: noise_aware}
      data: {prompts: "toybox:train", prompts_per_rollout: 2, group_size: 2}
      rewards: [{name: compositional, config: {mode: graded}}]
      policy: {type: lora, lora: {rank: 2, alpha: 4}}
      update: {batch_size: 4, learning_rate: {type: constant, peak: 1.0e-3, warm_up: 0}}
      evaluation: {prompts: "toybox:heldout", limit: 1, steps: 2, reward: {name: compositional, config: {mode: strict}}}
      """;

  @TempDir private Path dir;

  private Path recipe() throws IOException {
    return Files.writeString(dir.resolve("tiny.yaml"), RECIPE.formatted(Cli.MODEL));
  }

  @Test
  void aTrajectoryOfARunIsExplained() throws IOException {
    Path run = dir.resolve("run");
    Cli.Result trained = Cli.run("train", recipe(), "--out", run);
    assertThat(trained.status()).isZero();
    assertThat(trained.out()).contains("meander explain " + run);

    JsonNode explained = Cli.run("explain", run, "--json").json();
    assertThat(explained.path("rollout").asInt()).isEqualTo(1); // the one with pictures
    JsonNode steps = explained.at("/rewards/compositional/steps");
    assertThat(steps).hasSize(3);
    double sum = explained.at("/rewards/compositional/start").asDouble();
    for (JsonNode step : steps) {
      sum += step.path("change").asDouble();
      assertThat(step.path("reward").asDouble()).isCloseTo(sum, within(1e-5));
    }
    assertThat(Path.of(explained.path("page").asText())).isEqualTo(run.resolve("explain.html"));
    assertThat(run.resolve("explain.html")).content().contains("data:image/png;base64,");

    Path page = dir.resolve("second.html");
    Cli.Result second = Cli.run("explain", run, "--step", 2, "--sample", 1, "--out", page);
    assertThat(second.out())
        .contains("rollout 2, sample 1", "advantage", "turning point", "start", "no pictures");
    assertThat(page).exists();

    Cli.Result missing = Cli.run("explain", run, "--step", 9);
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("no trace of rollout 9; it has 1 to 2");
    assertThat(Cli.run("explain", run, "--prompt", "zebra").err()).contains("zebra");
  }

  @Test
  void whatIsNoRunIsNamed() throws IOException {
    assertThat(Cli.run("explain", dir.resolve("none")).err()).contains("there is no run directory");
    Cli.Result empty = Cli.run("explain", dir);
    assertThat(empty.status()).isEqualTo(2);
    assertThat(empty.err()).contains("is not a run");
    Files.writeString(dir.resolve("recipe.yaml"), "name: x\n");
    assertThat(Cli.run("explain", dir).err()).contains("has no traces");
  }

  @Test
  void aProbeMeasuresEveryStepButTheLast() throws IOException {
    Path page = dir.resolve("probe.html");
    Path recipe = recipe();
    JsonNode probed =
        Cli.run("probe", recipe, "--prompts", 1, "--draws", 2, "--out", page, "--json").json();

    assertThat(probed.path("steps")).hasSize(3);
    double weights = 0;
    for (JsonNode step : probed.path("steps")) {
      weights += step.path("weight").asDouble();
      assertThat(step.path("reward_std").isNumber()).isTrue();
    }
    assertThat(weights).isCloseTo(3, within(1e-9));
    assertThat(page).content().contains("1 prompts with 2 draws");

    Cli.Result shown =
        Cli.run("probe", recipe, "--prompts", 1, "--draws", 2, "--set", "sampling.steps=3");
    assertThat(shown.status()).isZero();
    assertThat(shown.out()).contains("spread", "weight", "1 prompts with 2 draws", "3 steps");
    Cli.Result few = Cli.run("probe", recipe, "--draws", 1);
    assertThat(few.status()).isEqualTo(2);
    assertThat(few.err()).contains("2 draws");
  }
}
