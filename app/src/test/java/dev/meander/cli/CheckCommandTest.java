package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check}; what is wrong with broken set-ups is in {@code ChecksTest}. */
class CheckCommandTest {
  @TempDir private Path dir;
  private Path recipe;

  @BeforeEach
  void recipe() throws IOException {
    recipe =
        Files.writeString(dir.resolve("tiny.yaml"), TrainCommandTest.RECIPE.formatted(Cli.MODEL));
  }

  private static List<String> says(JsonNode document, String level, String subject) {
    List<String> found = new ArrayList<>();
    for (JsonNode line : document.path("lines")) {
      if (line.path("level").asText().equals(level)
          && line.path("subject").asText().equals(subject)) {
        found.add(line.path("what").asText());
      }
    }
    return found;
  }

  @Test
  void allIsWell() {
    Cli.Result result =
        Cli.run(
            "check",
            recipe,
            "--json",
            "--out",
            dir.resolve("run"),
            "--set",
            "gold_rewards=[{name: mean_color}]");
    JsonNode json = result.json();
    assertThat(result.status()).as(result.out()).isZero();
    assertThat(json.path("ready").asBoolean()).isTrue();
    assertThat(json.path("problems").asInt()).isZero();
    assertThat(says(json, "ok", "model").get(0)).contains("pipe-sd3: ", "transformer", "vae");
    assertThat(says(json, "ok", "disk").get(0)).contains("for checkpoints", "free in");
    assertThat(says(json, "ok", "prompts").get(0)).contains("3000 for training", "6 of ");
    assertThat(says(json, "ok", "evaluation").get(0)).contains("24 x 24 pixels and guidance 1.0");
    assertThat(says(json, "ok", "memory").get(0)).contains("at most, in the phase");
    assertThat(says(json, "ok", "reward compositional"))
        .satisfiesExactly(
            s -> assertThat(s).isEqualTo("all 3000 prompts can be scored"),
            s -> assertThat(s).isEqualTo("known pictures score what they must (3 of 3)"),
            s -> assertThat(s).startsWith("the model's own pictures score"));
    assertThat(says(json, "ok", "gold reward mean_color")).hasSize(3);
    assertThat(says(json, "ok", "judge compositional").get(0)).contains("all 6 prompts");
    assertThat(says(json, "ok", "rollout").get(0))
        .contains("2 pictures of one prompt, one update on");
    assertThat(says(json, "ok", "ratio").get(0)).contains("|ratio-1| is at most", "clip range");
    assertThat(says(json, "ok", "time").get(0)).contains("1 rollouts of ", "2 evaluations of");
    assertThat(dir.resolve("run")).doesNotExist();
  }

  @Test
  void peopleReadAScreen() {
    Cli.Result result =
        Cli.run(
            "check",
            recipe,
            "--quick",
            "--out",
            dir.resolve("run"),
            "--set",
            "evaluation.guidance=4.5",
            "--set",
            "rewards=[{name: counting}]");
    assertThat(result.status()).as(result.err()).isEqualTo(Failures.FAILED);
    assertThat(result.out())
        .contains(
            "ok         model                     ",
            "WARNING    evaluation                evaluation.guidance is 4.5 and sampling.guidance 1.0",
            "-> give both the same value",
            "PROBLEM    reward counting           a square scores 0.2500 where 1.000 is right",
            "the run cannot begin: 1 problem, 1 warning")
        .doesNotContain("rollout  ");
  }

  @Test
  void trainLooksFirst() {
    Cli.Result result =
        Cli.run(
            "train", recipe, "--out", dir.resolve("run"), "--set", "rewards=[{name: counting}]");
    assertThat(result.status()).isEqualTo(Failures.WRONG_INPUT);
    assertThat(result.err())
        .contains("the run cannot begin", "reward counting: a square scores 0.2500");
    assertThat(dir.resolve("run")).doesNotExist();
  }
}
