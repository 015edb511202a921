package dev.meander.train;

import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.PromptSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The prompts of a run.
 *
 * @param training what rollouts draw from
 * @param heldOut what evaluations show
 */
public record TrainingPrompts(PromptSet training, PromptSet heldOut) {
  /**
   * Reads both sets.
   *
   * @throws dev.meander.config.UserError naming the file and its broken lines
   */
  public static TrainingPrompts load(TrainConfig config) {
    return new TrainingPrompts(
        PromptSource.load(config.data().prompts()),
        PromptSource.load(config.evaluation().prompts()));
  }

  /** The text of every prompt. */
  Set<String> texts() {
    Set<String> texts = new LinkedHashSet<>();
    training.prompts().forEach(p -> texts.add(p.text()));
    heldOut.prompts().forEach(p -> texts.add(p.text()));
    return texts;
  }

  /** The text of every prompt that the run will still see. */
  Set<String> texts(TrainConfig config, TrainState state) {
    Set<String> texts = new LinkedHashSet<>(Set.of(""));
    if (config.budget().isPresent()) { // nobody knows how far it will come
      training.prompts().forEach(p -> texts.add(p.text()));
    }
    GroupSampler groups = new GroupSampler(training, config.data().groupSize(), state.position());
    for (long i = state.rollouts(); config.budget().isEmpty() && i < config.rollouts(); i++) {
      groups.next(config.data().promptsPerRollout()).forEach(g -> texts.add(g.prompt().text()));
    }
    config.evaluation().chosen(heldOut).forEach(p -> texts.add(p.text()));
    return texts;
  }
}
