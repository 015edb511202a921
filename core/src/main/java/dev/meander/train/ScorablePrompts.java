package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.PromptCheck;
import dev.meander.reward.Rewards;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Asks rewards about prompts before a model is loaded. */
public final class ScorablePrompts {
  private static final int REPORTED = 20;
  private static final String NEGATIVE = "negative_prompt";

  private final Predicate<String> given;
  private final Set<String> problems = new LinkedHashSet<>();

  private ScorablePrompts(Predicate<String> given) {
    this.given = given;
  }

  /**
   * Checks the training prompts by what trains and watches, the held-out ones by the judge.
   *
   * @throws UserError naming the prompts that cannot be scored, with file and line
   */
  public static void require(TrainConfig config, TrainingPrompts prompts) {
    require(config, prompts, name -> false);
  }

  /**
   * As {@link #require(TrainConfig, TrainingPrompts)}.
   *
   * @param given whether a reward is the caller's own, who knows what it can score
   */
  static void require(TrainConfig config, TrainingPrompts prompts, Predicate<String> given) {
    ScorablePrompts check = new ScorablePrompts(given);
    check.training(config, prompts.training());
    check.heldOut(config.evaluation(), prompts.heldOut());
    check.throwIfAny();
  }

  /** Checks the training prompts alone. */
  public static void requireTraining(TrainConfig config, PromptSet prompts) {
    ScorablePrompts check = new ScorablePrompts(name -> false);
    check.training(config, prompts);
    check.throwIfAny();
  }

  /** Checks the held-out prompts alone, those that are evaluated. */
  public static void requireHeldOut(TrainConfig.Evaluation evaluation, PromptSet prompts) {
    ScorablePrompts check = new ScorablePrompts(name -> false);
    check.heldOut(evaluation, prompts);
    check.throwIfAny();
  }

  private void training(TrainConfig config, PromptSet prompts) {
    config.rewards().forEach(r -> ask(r.name(), r.config(), prompts, prompts.prompts()));
    config.goldRewards().forEach(r -> ask(r.name(), r.config(), prompts, prompts.prompts()));
  }

  private void heldOut(TrainConfig.Evaluation evaluation, PromptSet prompts) {
    TrainConfig.RewardTerm judge = evaluation.reward();
    ask(judge.name(), judge.config(), prompts, evaluation.chosen(prompts));
  }

  private void ask(String name, JsonNode config, PromptSet set, List<Prompt> prompts) {
    if (given.test(name)) {
      return;
    }
    Rewards.inner(Rewards.provider(name), config)
        .ifPresent(i -> ask(i.name(), i.config(), set, prompts));
    problems.addAll(own(name, config, set, prompts));
  }

  /**
   * What keeps a reward, or another that it makes use of, from scoring prompts: a line for each of
   * them, with file and line.
   *
   * @param set what the prompts are of
   */
  public static List<String> problems(
      String name, JsonNode config, PromptSet set, List<Prompt> prompts) {
    ScorablePrompts check = new ScorablePrompts(other -> false);
    check.ask(name, config, set, prompts);
    return List.copyOf(check.problems);
  }

  private static List<String> own(
      String name, JsonNode config, PromptSet set, List<Prompt> prompts) {
    PromptCheck check = Rewards.provider(name).promptCheck(config);
    List<String> problems = new ArrayList<>();
    for (Prompt prompt : prompts) {
      List<String> found = check.problems(prompt);
      if (!found.isEmpty()) {
        problems.add(
            "%s: reward %s: %s".formatted(set.where(prompt), name, String.join("; ", found)));
      }
    }
    return problems;
  }

  private void throwIfAny() {
    if (problems.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>(problems).subList(0, Math.min(REPORTED, problems.size()));
    throw new UserError(
        String.join("\n", lines)
            + (problems.size() > REPORTED
                ? "\n... and %d more prompts that cannot be scored"
                    .formatted(problems.size() - REPORTED)
                : ""));
  }

  /** A word about what prompts say and nothing here reads. */
  public static Optional<String> unused(PromptSet set) {
    List<Prompt> negative = set.prompts().stream().filter(p -> p.metadata().has(NEGATIVE)).toList();
    return negative.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s: %s is not used (%d prompts have it); guidance leads away from the empty prompt"
                .formatted(set.where(negative.get(0)), NEGATIVE, negative.size()));
  }
}
