package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.event.Stamped;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseEvaluationTest {
  @TempDir private Path dir;

  private final BaseEvaluation base = new BaseEvaluation();

  /** The evaluations that a run makes, by the steps before which they came to their end. */
  private List<Long> evaluations(Path directory, String... overrides) {
    List<Long> steps = new ArrayList<>();
    EventSink viewer =
        stamped -> {
          if (stamped.event() instanceof Event.StepProgressed at
              && at.label().equals("evaluating")
              && at.done() == at.total()) {
            steps.add(at.step());
          }
        };
    new TrainRun(
            TinyRun.config(overrides),
            new RunDirectory(directory),
            List.of(viewer),
            Progress.Source.SILENT,
            InstantSource.system())
        .execute(false, base);
    return steps;
  }

  private static List<Double> scores(Path directory) {
    return MetricsFile.read(new RunDirectory(directory).metrics()).stream()
        .map(Stamped::event)
        .filter(Event.EvaluationFinished.class::isInstance)
        .map(e -> ((Event.EvaluationFinished) e).score())
        .toList();
  }

  @Test
  void anotherMethodStartsFromTheSameEvaluationAndTrainsAsItDoesAlone() {
    assertThat(evaluations(dir.resolve("first"))).hasSize(4);
    Path second = dir.resolve("second");
    String[] other = {"method.window={type: random, size: 1, from: 0, to: 3}", "seed=2"};
    assertThat(evaluations(second, other)).hasSize(3);

    Path alone = dir.resolve("alone");
    TinyRun.run(alone, false, other);
    assertThat(scores(second)).hasSize(4).isEqualTo(scores(alone));
  }

  @Test
  void otherNoiseIsAnotherEvaluation() {
    evaluations(dir.resolve("first"), "rollouts=1");
    Path second = dir.resolve("second");
    String[] other = {"rollouts=1", "evaluation.seed=99"};
    assertThat(evaluations(second, other)).hasSize(2);
    assertThat(scores(second).get(0)).isNotEqualTo(scores(dir.resolve("first")).get(0));
  }
}
