package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.optim.CosineRate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run goes on with what it was started with, alone, and not backwards. */
class ResumeInputsTest {
  private static final Path MODEL = Path.of("src/test/resources/parity/pipe-sd3");
  private static final Path CLIP = Path.of("src/test/resources/parity/pref-clip");

  @TempDir Path temp;
  private Path run;
  private Path prompts;
  private Path model;

  @BeforeEach
  void train() throws IOException {
    run = temp.resolve("run");
    prompts = Files.writeString(temp.resolve("p.txt"), "a red circle\na star\na cross\n");
    model = copy(MODEL, temp.resolve("model"));
    TinyRun.run(run, false, settings(prompts, model, 1));
  }

  private static String[] settings(Path prompts, Path model, int rollouts) {
    return new String[] {
      "data.prompts=" + prompts, "model.path=" + model, "rollouts=" + rollouts, "evaluation.limit=1"
    };
  }

  private void resume(int rollouts) {
    TinyRun.run(run, true, settings(prompts, model, rollouts));
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  @Test
  void whatChangedIsNamedBeforeAnythingIsRead() throws IOException {
    Files.writeString(prompts, "a red circle\na star\na cros\n");
    Path scheduler = model.resolve("scheduler/scheduler_config.json");
    Files.writeString(scheduler, Files.readString(scheduler) + "\n");
    Files.writeString(model.resolve("meander.json"), "{\"t5_tokens\": 2}");
    byte[] metrics = Files.readAllBytes(run.resolve("metrics.jsonl"));

    assertThatThrownBy(() -> resume(2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.prompts has changed (" + prompts + ")")
        .hasMessageContaining("model/scheduler/scheduler_config.json has changed")
        .hasMessageContaining("model/meander.json")
        .hasMessageContaining("--allow-changed-inputs");
    assertThat(run.resolve("metrics.jsonl")).hasBinaryContent(metrics);

    new TrainRun(
            TinyRun.config(settings(prompts, model, 2)),
            new RunDirectory(run),
            List.of(),
            Progress.Source.SILENT,
            InstantSource.system())
        .allowChangedInputs()
        .execute(true);
    assertThat(warnings()).anyMatch(w -> w.contains("data.prompts has changed"));
    resume(3); // the record is of what there is now
  }

  /** A reward that is a network, and its head in a file of its own. */
  @Test
  void filesOfRewardsAreRecordedAndCompared() throws Exception {
    Path clip = copy(CLIP, temp.resolve("clip"));
    Path head = clip.resolve("head/model.safetensors");
    String[] same = {
      "rewards=[{name: aesthetic, config: {model: '%s', head: '%s'}}]".formatted(clip, head),
      "evaluation.limit=1"
    };
    run = temp.resolve("rewarded");
    TinyRun.run(run, false, "rollouts=1", same[0], same[1]);
    JsonNode hashes = ConfigFile.read(run.resolve("provenance.json")).path("sha256");
    Path weights = clip.resolve("model.safetensors");
    Path pixels = clip.resolve("preprocessor_config.json");
    for (Path file : List.of(weights, pixels, head)) {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
      assertThat(hashes.path(file.toString()).asText()).isEqualTo(HexFormat.of().formatHex(hash));
    }

    for (Path file : List.of(head, pixels)) {
      byte[] before = Files.readAllBytes(file);
      byte[] after = before.clone();
      after[after.length - 1] ^= 1;
      Files.write(file, after);
      assertThatThrownBy(() -> TinyRun.run(run, true, "rollouts=2", same[0], same[1]))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(": " + file + " has changed; put back")
          .hasMessageContaining("--allow-changed-inputs");
      Files.write(file, before);
    }
    TinyRun.run(run, true, "rollouts=2", same[0], same[1]);
  }

  @Test
  void pathsMayChangeWhereContentsDoNot() throws IOException {
    prompts = Files.move(prompts, temp.resolve("moved.txt"));
    model = Files.move(model, temp.resolve("elsewhere"));
    resume(2);

    Path others = Files.writeString(temp.resolve("others.txt"), "a tree\n");
    assertThatThrownBy(() -> TinyRun.run(run, true, settings(others, model, 3)))
        .hasMessageContaining("data.prompts has changed (" + others + ")");
  }

  @Test
  void aRunDoesNotGoBackAndSaysThatItsScheduleHasEnded() {
    resume(3);
    assertThatThrownBy(() -> resume(2))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("has done 3 rollouts already")
        .hasMessageContaining("resume with 3 or more");

    Path ended = temp.resolve("ended");
    TinyRun.run(
        ended,
        false,
        "rollouts=2",
        "evaluation.limit=1",
        "update.updates_per_rollout=1",
        "update.learning_rate={type: cosine, peak: 0.001, warm_up: 0, total: 1, floor: 0.0}");
    run = ended;
    assertThat(warnings())
        .anyMatch(w -> w.contains("ends after update 1") && w.contains("the other 1"));
  }

  /** A total that is left out is not written down, so that a longer run is the same recipe. */
  @Test
  void aScheduleOfTheRunsLengthFollowsALongerOne() throws IOException {
    run = temp.resolve("schedule");
    String left = "update.learning_rate={type: cosine, peak: 0.001, warm_up: 0, floor: 0.0}";
    String said =
        "update.learning_rate={type: cosine, peak: 0.001, warm_up: 0, total: 2, floor: 0.0}";
    String[] rest = {"evaluation.limit=1", "update.updates_per_rollout=1"};
    TinyRun.run(run, false, "rollouts=2", left, rest[0], rest[1]);
    assertThat(Files.readString(run.resolve("recipe.yaml"))).doesNotContain("total");
    assertThat(rates()).containsExactly(0.001, 0.0005);

    TinyRun.run(run, true, "rollouts=4", left, rest[0], rest[1]);
    assertThat(rates().get(3)).isEqualTo(new CosineRate(0.001, 0, 4, 0).at(3));
    assertThat(warnings()).anyMatch(w -> w.contains("now ends after update 4 and not after 2"));

    // Earlier versions wrote the number.
    Path recipe = run.resolve("recipe.yaml");
    String text = Files.readString(recipe);
    Files.writeString(recipe, text.replace("floor: 0.0", "total: 2\n    floor: 0.0"));
    TinyRun.run(run, true, "rollouts=5", left, rest[0], rest[1]);
    Files.writeString(recipe, text);
    TinyRun.run(run, true, "rollouts=6", said, rest[0], rest[1]);
    assertThat(rates().get(5)).isZero();
    assertThatThrownBy(
            () -> TinyRun.run(run, true, "rollouts=7", said.replace("2", "3"), rest[0], rest[1]))
        .hasMessageContaining("update.learning_rate.total");
  }

  private List<Double> rates() {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(stamped -> stamped.event())
        .filter(Event.UpdateFinished.class::isInstance)
        .map(e -> ((Event.UpdateFinished) e).learningRate())
        .toList();
  }

  @Test
  void theSecondTrainerIsRefused() throws IOException {
    try (RunLock first = new RunLock(new RunDirectory(run))) {
      first.take();
      assertThatThrownBy(() -> resume(2))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(
              run + " is being trained by process " + ProcessHandle.current().pid());
    }
    resume(2);
    assertThat(run.resolve(".lock")).isEmptyFile();
  }

  private List<String> warnings() {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(stamped -> stamped.event())
        .filter(Event.Message.class::isInstance)
        .map(e -> ((Event.Message) e).text())
        .toList();
  }
}
