package dev.meander.internal.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.ProgressFile;
import dev.meander.event.Stamped;
import dev.meander.testing.ManualClock;
import dev.meander.testing.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunIndexTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path dir;
  private final ManualClock clock = new ManualClock();
  private RunIndex index;

  @BeforeEach
  void begin() {
    clock.pass(SampleRuns.SECONDS);
  }

  @AfterEach
  void end() {
    index.close();
  }

  private void watch() {
    index = RunIndex.watch(RunsFolder.of(dir), clock, Duration.ofMillis(20));
  }

  /** The row of a run as soon as it is like that. */
  private RunSummary await(String id, Predicate<RunSummary> like) throws InterruptedException {
    Instant end = Instant.now().plus(LONG);
    List<RunSummary> rows = List.of();
    while (Instant.now().isBefore(end)) {
      rows = index.runs(LONG);
      for (RunSummary row : rows) {
        if (row.id().equals(id) && like.test(row)) {
          return row;
        }
      }
      Thread.sleep(10);
    }
    throw new AssertionError("still " + rows);
  }

  private static boolean read(RunSummary row) {
    return row.whole() && !row.seed().isEmpty();
  }

  @Test
  void aRunIsSummedUp() throws Exception {
    SampleRuns.write(dir.resolve("a"), "toy", 3, 20, 12);
    watch();

    RunSummary row = await("a", RunIndexTest::read);

    assertThat(row.name()).isEqualTo("toy");
    assertThat(row.seed()).isEqualTo("3");
    assertThat(row.method()).isEqualTo("flow_sde · turning_point");
    assertThat(row.step()).isEqualTo(12);
    assertThat(row.totalSteps()).isEqualTo(20);
    assertThat(row.images()).isEqualTo(12 * SampleRuns.IMAGES);
    assertThat(row.evaluations()).isEqualTo(12 * SampleRuns.EVALUATIONS);
    assertThat(row.seconds()).isEqualTo(12 * SampleRuns.SECONDS);
    assertThat(row.score()).isCloseTo(0.5 + 10 / 128.0 + 3 / 1024.0, within(1e-12));
    assertThat(row.first()).isCloseTo(0.5 + 3 / 1024.0, within(1e-12));
    assertThat(row.bestStep()).isEqualTo(10);
    assertThat(row.state()).isEqualTo(RunSummary.State.RUNNING);
  }

  @Test
  void statesAreTold() throws Exception {
    SampleRuns.write(dir.resolve("done"), "toy", 1, 2, 2);
    Path failed = SampleRuns.write(dir.resolve("failed"), "toy", 1, 4, 2);
    SampleRuns.append(
        failed,
        List.of(SampleRuns.line(2, new Event.Message(2, Event.Level.ERROR, "no memory left"))));
    SampleRuns.write(dir.resolve("quiet"), "toy", 1, 4, 2);
    Path stopped = SampleRuns.write(dir.resolve("stopped"), "toy", 1, 4, 2);
    SampleRuns.append(
        stopped,
        List.of(SampleRuns.line(2, new Event.RunStopped(2, Event.Ending.INTERRUPTED, "Ctrl-C"))));
    clock.pass(3600);
    watch();

    assertThat(await("done", RunIndexTest::read).state()).isEqualTo(RunSummary.State.FINISHED);
    RunSummary bad = await("failed", RunIndexTest::read);
    assertThat(bad.state()).isEqualTo(RunSummary.State.FAILED);
    assertThat(bad.errors()).isEqualTo(1);
    assertThat(index.notices("failed"))
        .extracting(RunFacts.Notice::text)
        .containsExactly("no memory left");
    assertThat(await("stopped", RunIndexTest::read).state()).isEqualTo(RunSummary.State.STOPPED);
    assertThat(await("quiet", RunIndexTest::read).state()).isEqualTo(RunSummary.State.SILENT);

    SampleRuns.append(failed, List.of(SampleRuns.line(2, new Event.RunStarted("toy", 4, 2))));
    assertThat(await("failed", r -> r.state() != RunSummary.State.FAILED).step())
        .as("resumed")
        .isEqualTo(2);
  }

  @Test
  void newLinesAndRunsAreToldWithoutReadingTheOldOnesAgain() throws Exception {
    Path run = SampleRuns.write(dir.resolve("a"), "toy", 1, 20, 2);
    watch();
    await("a", r -> r.step() == 2);
    assertThat(index.curve("a", "rollout_finished.reward_mean", "rollouts", 100).x()).hasSize(2);

    SampleRuns.append(run, SampleRuns.rollout(run, 3, 1));
    await("a", r -> r.step() == 3);
    Curve curve = index.curve("a", "rollout_finished.reward_mean", "images", 100);
    assertThat(curve.x()).containsExactly(96, 192, 288);
    assertThat(curve.y()[2]).isCloseTo(0.25 + 3 / 64.0 + 1 / 1024.0, within(1e-12));
    assertThat(index.curve("a", "rollout_finished.rewards.shape", "seconds", 100).x())
        .containsExactly(10, 20, 30);
    assertThat(index.curve("a", "evaluation_finished.score", "evaluations", 100).x())
        .containsExactly(0);
    assertThat(index.curve("a", "no_such.thing", "rollouts", 100).x()).isEmpty();

    SampleRuns.write(dir.resolve("b"), "toy", 2, 20, 1);
    assertThat(await("b", RunIndexTest::read).group()).isEqualTo(await("a", r -> true).group());
    Files.delete(dir.resolve("b/metrics.jsonl"));
    Files.delete(dir.resolve("b/recipe.yaml"));
    while (index.runs(LONG).size() > 1) {
      Thread.sleep(10);
    }
    assertThatThrownBy(() -> index.curveNames("b")).isInstanceOf(UserError.class);
  }

  @Test
  void whatARunIsAtIsToldWhileItIsAtIt() throws Exception {
    Path run = SampleRuns.write(dir.resolve("a"), "toy", 1, 20, 2);
    watch();
    await("a", RunIndexTest::read);
    Instant start = Instant.now();
    ProgressFile work = new ProgressFile(run);
    work.accept(new Stamped(start, new Event.StepProgressed(3, "sampling", 0, 96, "images")));
    assertThat(await("a", r -> r.doing() != null).doing())
        .isEqualTo(new RunSummary.Doing("sampling", 0, 96, "images"));
    work.accept(
        new Stamped(
            start.plusSeconds(2), new Event.StepProgressed(3, "sampling", 12, 96, "images")));
    assertThat(await("a", r -> r.doing().done() == 12).state()).isEqualTo(RunSummary.State.RUNNING);
    work.close();
    await("a", r -> r.doing() == null);
  }

  @Test
  void aResumedRunIsReadAnew() throws Exception {
    Path run = SampleRuns.write(dir.resolve("a"), "toy", 1, 20, 4);
    watch();
    await("a", r -> r.step() == 4);
    index.curveNames("a");

    SampleRuns.write(run, "toy", 9, 20, 3); // cut back, then on with other numbers
    SampleRuns.append(run, SampleRuns.rollout(run, 4, 9));
    SampleRuns.append(run, SampleRuns.rollout(run, 5, 9));
    RunSummary row = await("a", r -> r.step() == 5);
    assertThat(row.images()).isEqualTo(5 * SampleRuns.IMAGES);
    assertThat(index.curve("a", "rollout_finished.reward_mean", "rollouts", 100).y()[1])
        .isCloseTo(0.25 + 2 / 64.0 + 9 / 1024.0, within(1e-12));
  }

  @Test
  void aLongCurveKeepsItsPeaks() {
    double[] x = new double[10_000];
    double[] y = new double[10_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
      y[i] = i % 7;
    }
    y[5001] = 99;
    y[7003] = Double.NaN;
    watch();

    Curve thin = Curve.of(x, y, 200);

    assertThat(thin.x().length).isLessThanOrEqualTo(200);
    assertThat(thin.x()).isSorted();
    assertThat(thin.y()).contains(99.0, 0.0);
  }

  @Test
  void linesThatAreNotEventsArePassedOver() throws IOException, InterruptedException {
    Path run = SampleRuns.write(dir.resolve("a"), "toy", 1, 20, 1);
    SampleRuns.append(run, List.of("{broken", "", "[1, 2]", "\"text\"", "{\"type\":\"new_kind\"}"));
    SampleRuns.append(run, SampleRuns.rollout(run, 2, 1));
    watch();
    assertThat(await("a", r -> r.step() == 2).images()).isEqualTo(2 * SampleRuns.IMAGES);
  }
}
