package dev.meander.cli.check;

import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import dev.meander.train.ScorablePrompts;
import dev.meander.train.TrainingPrompts;
import java.util.List;

/** Every prompt that a reward will be asked about. */
record ScorableCheck(RewardRole scorer) implements Check {
  private static final int SHOWN = 3;

  @Override
  public String subject() {
    return scorer.subject();
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    try {
      scorer.provider();
    } catch (UserError e) {
      rehearsal.reward(scorer).withhold("is not there");
      throw e;
    }
    TrainingPrompts prompts = rehearsal.prompts().get();
    List<Prompt> asked = scorer.asked(rehearsal.config(), prompts);
    List<String> problems =
        ScorablePrompts.problems(scorer.name(), scorer.config(), scorer.set(prompts), asked);
    if (problems.isEmpty()) {
      return List.of(Line.ok(subject(), "all %d prompts can be scored".formatted(asked.size())));
    }
    String more =
        problems.size() > SHOWN ? "\n... and %d more".formatted(problems.size() - SHOWN) : "";
    return List.of(
        Line.problem(
            subject(),
            "%d of %d prompts cannot be scored:\n%s%s"
                .formatted(
                    problems.size(),
                    asked.size(),
                    String.join("\n", problems.subList(0, Math.min(SHOWN, problems.size()))),
                    more),
            "correct these prompts, or choose a reward that can"));
  }
}
