package dev.meander.cli.check;

import dev.meander.prompt.PromptSet;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.util.ArrayList;
import java.util.List;

/** The prompt files. */
final class PromptsCheck implements Check {
  @Override
  public String subject() {
    return "prompts";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    TrainingPrompts prompts = rehearsal.prompts().get();
    TrainConfig.Evaluation evaluation = rehearsal.config().evaluation();
    List<Line> lines = new ArrayList<>();
    lines.add(
        Line.ok(
            subject(),
            "%d for training (%s), %d of %d for evaluation (%s)"
                .formatted(
                    prompts.training().size(),
                    prompts.training().source(),
                    evaluation.chosen(prompts.heldOut()).size(),
                    prompts.heldOut().size(),
                    prompts.heldOut().source())));
    for (PromptSet set : List.of(prompts.training(), prompts.heldOut())) {
      ScorablePrompts.unused(set)
          .ifPresent(unused -> lines.add(Line.warning(subject(), unused, "leave it out")));
    }
    return lines;
  }
}
