package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.event.ProgressFile;
import dev.meander.event.Stamped;
import dev.meander.testing.PageData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is asked to stop, looked at while it goes on, and kept. */
class RunLifeTest {
  @TempDir private Path temp;

  /** Asks the run to stop at the first event that it is waiting for. */
  private static void runUntil(Path run, boolean resume, Predicate<Event> moment) {
    StopSignal stop = new StopSignal();
    EventSink viewer =
        stamped -> {
          if (moment.test(stamped.event())) {
            assertThat(stop.request()).as("a run is there that obeys it").isTrue();
          }
        };
    new TrainRun(
            TinyRun.config("checkpoints.every=100"),
            new RunDirectory(run),
            List.of(viewer),
            Progress.Source.SILENT,
            InstantSource.system())
        .stopOn(stop)
        .execute(resume);
  }

  @Test
  void aStoppedRunKeepsWhatItHasAndGoesOnToTheSameBits() throws Exception {
    Path whole = temp.resolve("whole");
    TinyRun.run(whole, false, "checkpoints.every=100");

    Path run = temp.resolve("run");
    // While the third rollout is sampled, which is given up.
    assertThatThrownBy(
            () -> runUntil(run, false, e -> e instanceof Event.StepProgressed at && at.step() == 3))
        .isInstanceOf(RunInterrupted.class)
        .hasMessageContaining("after rollout 2 of 6")
        .hasMessageContaining("step-00000002");
    assertThat(ended(run))
        .isEqualTo(new Event.RunStopped(2, Event.Ending.INTERRUPTED, "it was asked to stop"));
    assertThat(state(run)).isEqualTo("stopped");

    // While the fourth is trained on, which is finished.
    assertThatThrownBy(
            () ->
                runUntil(
                    run, true, e -> e instanceof Event.FirstRatioMeasured at && at.step() == 3))
        .isInstanceOf(RunInterrupted.class)
        .hasMessageContaining("after rollout 3 of 6");
    // While the policy is evaluated, which is done again.
    assertThatThrownBy(
            () ->
                runUntil(
                    run,
                    true,
                    e ->
                        e instanceof Event.StepProgressed at
                            && at.label().equals("evaluating")
                            && at.step() == 5))
        .isInstanceOf(RunInterrupted.class)
        .hasMessageContaining("after rollout 4 of 6");
    TinyRun.run(run, true, "checkpoints.every=100");

    for (String file :
        List.of(
            "adapter/adapter_model.safetensors",
            "adapter-raw/adapter_model.safetensors",
            "adapter-best/adapter_model.safetensors",
            "adapter-best/evaluation.json",
            "evaluations/step-000004.json",
            "traces/rollout-000006.json")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(MetricsFile.comparable(run.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(whole.resolve("metrics.jsonl")));
    assertThat(state(run)).isEqualTo("finished");
  }

  @Test
  void beforeTheFirstRolloutThereIsNothingToKeep() {
    Path run = temp.resolve("run");
    assertThatThrownBy(() -> runUntil(run, false, Event.StepProgressed.class::isInstance))
        .isInstanceOf(RunInterrupted.class)
        .hasMessage("stopped before the first of 6 rollouts was finished");
    assertThat(run.resolve("checkpoints")).doesNotExist();

    TinyRun.run(run, true, "checkpoints.every=100");
    assertThat(run.resolve("adapter/adapter_config.json")).exists();
  }

  @Test
  void everyPartOfAStepTellsHowFarItIsAndNothingOfItIsRecorded() {
    Path run = temp.resolve("run");
    List<Event.StepProgressed> seen = new ArrayList<>();
    List<String> files = new ArrayList<>();
    EventSink viewer =
        stamped -> {
          if (stamped.event() instanceof Event.StepProgressed at) {
            seen.add(at);
            files.add(Files.exists(run.resolve(ProgressFile.NAME)) ? "there" : "missing");
          }
        };
    new TrainRun(
            TinyRun.config("rollouts=1", "gold_rewards=[]"),
            new RunDirectory(run),
            List.of(viewer),
            Progress.Source.SILENT,
            InstantSource.system())
        .execute(false);

    for (String part : List.of("evaluating", "sampling", "scoring", "updating")) {
      List<Event.StepProgressed> own = seen.stream().filter(e -> e.label().equals(part)).toList();
      assertThat(own).as(part).isNotEmpty();
      Event.StepProgressed last = own.get(own.size() - 1);
      assertThat(last.done()).as(part).isEqualTo(last.total()).isPositive();
    }
    assertThat(seen)
        .filteredOn(e -> e.label().equals("sampling"))
        .last()
        .isEqualTo(new Event.StepProgressed(1, "sampling", 6, 6, "images"));
    assertThat(seen)
        .filteredOn(e -> e.label().equals("updating"))
        .allMatch(e -> e.unit().equals("pairs"));
    assertThat(files).contains("there");
    assertThat(run.resolve(ProgressFile.NAME)).doesNotExist();
    assertThat(run.resolve("metrics.jsonl")).content().doesNotContain("step_progressed");
  }

  @Test
  void theBestEvaluationsWeightsAreKept() throws Exception {
    Path run = temp.resolve("run");
    TinyRun.run(run, false);
    Event.EvaluationFinished best =
        MetricsFile.read(run.resolve("metrics.jsonl")).stream()
            .map(Stamped::event)
            .filter(Event.EvaluationFinished.class::isInstance)
            .map(Event.EvaluationFinished.class::cast)
            .filter(e -> e.step() > 0)
            .reduce((a, b) -> b.score() > a.score() ? b : a)
            .orElseThrow();
    assertThat(run.resolve("adapter-best/evaluation.json"))
        .content()
        .isEqualTo("{\"step\":%d,\"score\":%s}\n".formatted(best.step(), best.score()));
    assertThat(run.resolve("adapter-best/adapter_config.json")).exists();
    assertThat(run.resolve(".adapter-best")).doesNotExist();
    if (best.step() == 6) {
      assertThat(run.resolve("adapter-best/adapter_model.safetensors"))
          .hasSameBinaryContentAs(run.resolve("adapter/adapter_model.safetensors"));
    }

    Path without = temp.resolve("without");
    TinyRun.run(without, false, "rollouts=2", "checkpoints.best=false");
    assertThat(without.resolve("adapter-best")).doesNotExist();
    Path atTheEnds = temp.resolve("ends");
    TinyRun.run(atTheEnds, false, "rollouts=1", "evaluation.every=0");
    assertThat(atTheEnds.resolve("adapter-best")).doesNotExist();
  }

  @Test
  void checkpointsComeByTheClockToo() throws Exception {
    Path run = temp.resolve("run");
    TinyRun.run(
        run,
        false,
        "rollouts=3",
        "checkpoints.every=100",
        "checkpoints.minutes=0.000001",
        "checkpoints.keep=9");
    assertThat(run.resolve("checkpoints/step-00000001")).exists();
    assertThat(run.resolve("checkpoints/step-00000002")).exists();

    // What is kept does not belong to what the run computes.
    TinyRun.run(run, true, "rollouts=4", "checkpoints.every=1", "checkpoints.keep=1");
    assertThat(run.resolve("checkpoints/step-00000003")).doesNotExist();
    assertThat(run.resolve("checkpoints/step-00000004")).exists();
  }

  @Test
  void aRunThatFailedSaysSo() throws IOException {
    Path run = temp.resolve("run");
    assertThatThrownBy(
            () ->
                TinyRun.run(
                    run,
                    false,
                    "update.updates_per_rollout=1",
                    "update.learning_rate.peak=1e36",
                    "update.max_grad_norm=1e30"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ended(run).how()).isEqualTo(Event.Ending.DIVERGED);
    assertThat(state(run)).isEqualTo("failed");
    assertThat(run.resolve("report.html")).content().contains("\"diverged: ");
  }

  /** As the report has it. */
  private static String state(Path run) throws IOException {
    return PageData.of(run.resolve("report.html")).at("/runs/0/state").asText();
  }

  private static Event.RunStopped ended(Path run) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(Stamped::event)
        .filter(Event.RunStopped.class::isInstance)
        .map(Event.RunStopped.class::cast)
        .reduce((a, b) -> b)
        .orElseThrow();
  }
}
