package dev.meander.train;

import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import java.nio.file.Files;
import java.nio.file.Path;

/** A score from the run's own metrics: a resumed process did not measure it. */
final class PastScore {
  private PastScore() {}

  /** The evaluation after that rollout; NaN when there was none yet. */
  static double of(Path metrics, long rollout) {
    if (!Files.exists(metrics)) {
      return Double.NaN;
    }
    return MetricsFile.read(metrics).stream()
        .map(stamped -> stamped.event())
        .filter(Event.EvaluationFinished.class::isInstance)
        .map(Event.EvaluationFinished.class::cast)
        .filter(e -> e.step() == rollout)
        .mapToDouble(Event.EvaluationFinished::score)
        .findFirst()
        .orElse(Double.NaN);
  }
}
