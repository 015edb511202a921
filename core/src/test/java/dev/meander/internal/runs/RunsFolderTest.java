package dev.meander.internal.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.testing.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsFolderTest {
  @TempDir private Path dir;

  @Test
  void runsAreFoundAtSeveralDepths() throws IOException {
    Path runs = dir.resolve("runs");
    SampleRuns.recipe(runs.resolve("one"), "one", 1);
    SampleRuns.recipe(runs.resolve("study/a/seed1"), "a", 1);
    SampleRuns.recipe(runs.resolve("one/inner"), "a part of a run is none", 1);
    SampleRuns.recipe(runs.resolve(".hidden/x"), "x", 1);
    SampleRuns.recipe(runs.resolve("a/b/c/d"), "the deepest", 1);
    SampleRuns.recipe(runs.resolve("a/b/c/d2/e"), "too deep", 1);

    RunsFolder folder = RunsFolder.of(runs);

    assertThat(folder.runs()).containsOnlyKeys("one", "study/a/seed1", "a/b/c/d");
    assertThat(RunsFolder.of(runs.resolve("one")).runs()).containsOnlyKeys(".");
  }

  @Test
  void linksDoNotLeadOut() throws IOException {
    Path runs = Files.createDirectories(dir.resolve("runs"));
    Path outside = SampleRuns.write(dir.resolve("outside"), "secret", 1, 2, 2);
    Files.createSymbolicLink(runs.resolve("linked"), outside);
    SampleRuns.recipe(runs.resolve("own"), "own", 1);
    Path stolen = runs.resolve("own/metrics.jsonl");
    Files.createSymbolicLink(stolen, outside.resolve("metrics.jsonl"));

    RunsFolder folder = RunsFolder.of(runs);

    assertThat(folder.runs()).containsOnlyKeys("own");
    assertThat(folder.inside(stolen)).isEmpty();
    assertThat(folder.inside(runs.resolve("own/../../outside/metrics.jsonl"))).isEmpty();
    assertThat(folder.inside(runs.resolve("own"))).as("a directory").isEmpty();
    assertThat(folder.inside(runs.resolve("own/recipe.yaml"))).isPresent();
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> RunsFolder.of(dir.resolve("none")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no folder")
        .hasMessageContaining("none");
  }
}
