package dev.meander.cli.check;

import dev.meander.train.TrainConfig;
import java.util.List;

/** Whether the evaluation samples as training does. */
final class EvaluationCheck implements Check {
  @Override
  public String subject() {
    return "evaluation";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    TrainConfig config = rehearsal.config();
    List<Line> differences =
        config.differences().stream()
            .map(d -> Line.warning(subject(), d.warning(), "give both the same value"))
            .toList();
    return differences.isEmpty()
        ? List.of(
            Line.ok(
                subject(),
                "%d x %d pixels and guidance %s, as in training; %d steps"
                    .formatted(
                        config.model().height(),
                        config.model().width(),
                        config.evaluation().guidance(),
                        config.evaluation().steps())))
        : differences;
  }
}
