package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code study}, on a tiny model. */
class StudyCommandTest {
  @TempDir private Path dir;

  private Path recipe(String name) throws IOException {
    return Files.writeString(
        dir.resolve(name + ".yaml"),
        TrainCommandTest.RECIPE.formatted(Cli.MODEL).replace("name: tiny", "name: " + name));
  }

  @Test
  void everyRecipeIsTrainedWithEverySeedOnce() throws IOException {
    Path out = dir.resolve("study");
    Object[] command = {
      "study", recipe("a"), recipe("b"), "--seeds", "1,2", "--out", out, "--json"
    };
    JsonNode first = Cli.run(command).json();
    assertThat(first.path("recipes")).hasSize(2);
    assertThat(first.path("recipes").get(1).path("recipe").asText()).isEqualTo("b");
    JsonNode runs = first.path("recipes").get(1).path("runs");
    assertThat(runs).hasSize(2);
    assertThat(runs.get(1).path("seed").asInt()).isEqualTo(2);
    assertThat(runs.get(1).path("path").asText()).isEqualTo(out.resolve("b-2").toString());
    assertThat(first.path("page").asText()).isEqualTo(out.resolve("compare.html").toString());
    assertThat(out.resolve("compare.html")).content().contains("evaluation_finished.score");

    Path kept = out.resolve("a-1").resolve("metrics.jsonl");
    FileTime written = Files.getLastModifiedTime(kept);
    Files.delete(out.resolve("b-1").resolve("metrics.jsonl"));
    Cli.Result again = Cli.run(command);
    assertThat(again.err()).contains("a-1: finished before").doesNotContain("b-1: finished before");
    assertThat(again.json().path("recipes").get(0)).isEqualTo(first.path("recipes").get(0));
    assertThat(Files.getLastModifiedTime(kept)).isEqualTo(written);

    Cli.Result other =
        Cli.run("study", recipe("a"), "--seeds", "1", "--out", out, "--set", "sampling.steps=4");
    assertThat(other.status()).isEqualTo(2);
    assertThat(other.err()).contains("other settings: sampling.steps");
  }

  @Test
  void aMistakeInTheLastRecipeIsSaidBeforeTheFirstIsTrained() throws IOException {
    Path out = dir.resolve("study");
    Cli.Result missing = Cli.run("study", recipe("a"), "no-such-recipe", "--out", out);
    assertThat(missing.status()).isEqualTo(2);
    assertThat(missing.err()).contains("no-such-recipe");
    Cli.Result twice = Cli.run("study", recipe("a"), recipe("a"), "--out", out);
    assertThat(twice.err()).contains("two runs", "a-1");
    assertThat(out).doesNotExist();
  }
}
