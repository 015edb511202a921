package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HealthTest {
  private static final String[] CONSTANT = {
    "rewards=[{name: constant}]", "gold_rewards=[]", "checkpoints.every=2"
  };

  @TempDir private Path dir;

  private static <E extends Event> List<E> events(Path run, Class<E> type) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(Stamped::event)
        .filter(type::isInstance)
        .map(type::cast)
        .toList();
  }

  @Test
  void rolloutsWithoutSignalAreReportedOnceAlsoByAResumedRun() throws Exception {
    Path whole = dir.resolve("whole");
    TinyRun.run(whole, false, with("rollouts=7"));
    assertThat(events(whole, Event.SignalLost.class))
        .containsExactly(
            new Event.SignalLost(5, 5, "constant gave every image the same score, 0.0"));
    assertThat(Files.readString(whole.resolve("report.html")))
        .contains("all groups of the last 5 rollouts had equal rewards");

    Path resumed = dir.resolve("resumed");
    TinyRun.run(resumed, false, with("rollouts=4"));
    TinyRun.run(resumed, true, with("rollouts=7"));
    assertThat(events(resumed, Event.SignalLost.class))
        .isEqualTo(events(whole, Event.SignalLost.class));
  }

  private static String[] with(String rollouts) {
    return new String[] {CONSTANT[0], CONSTANT[1], CONSTANT[2], rollouts};
  }

  @Test
  void aSignalBetweenThemBeginsTheCountAgain() {
    Health health = Health.START;
    for (double ratio : new double[] {1, 1, 1, 1, 0.9, 1, 1, 1, 1}) {
      health = health.afterRollout(ratio);
      assertThat(health.silent()).isLessThan(Health.SEVERAL);
    }
    assertThat(health.afterRollout(1).silent()).isEqualTo(Health.SEVERAL);
  }

  @Test
  void aRatioThatDriftsIsReportedWhenItBeginsTo() throws Exception {
    Path run = dir.resolve("run");
    TinyRun.run(
        run,
        false,
        "rollouts=3",
        "update.epochs=3",
        "update.learning_rate={type: constant, peak: 0.5, warm_up: 0}",
        "method.objective={type: clipped, clip_range: 1.0e-4}");
    List<Event.UpdateFinished> updates = events(run, Event.UpdateFinished.class);
    assertThat(Math.abs(updates.get(0).ratioMean() - 1)).isGreaterThan(1e-4);
    Event.RatioDrifted first = events(run, Event.RatioDrifted.class).get(0);
    assertThat(first).isEqualTo(new Event.RatioDrifted(1, updates.get(0).ratioMean(), 1e-4));
    assertThat(Files.readString(run.resolve("report.html")))
        .contains("the mean of the policy ratio");
  }

  @Test
  void anEvaluationWithOtherGuidanceIsReported() {
    Path run = dir.resolve("run");
    TinyRun.run(run, false, "rollouts=1", "evaluation.guidance=0.5");
    assertThat(events(run, Event.EvaluationDiffers.class))
        .containsExactly(new Event.EvaluationDiffers(0, "guidance", 2, 1));
    Path same = dir.resolve("same");
    TinyRun.run(same, false, "rollouts=1", "evaluation.guidance=2");
    assertThat(events(same, Event.EvaluationDiffers.class)).isEmpty();
  }

  @Test
  void stateIsKept() {
    Health health = new Health(3, true);
    assertThat(Health.fromJson(health.toJson())).isEqualTo(health);
    assertThat(TrainState.of(TrainState.start(1).withHealth(health).toBytes()).health())
        .isEqualTo(health);
  }
}
