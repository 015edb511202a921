package dev.meander.layout;

import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;

/**
 * Which stochastic steps a rollout takes from each of its initial noises.
 *
 * <p>A plan is a recipe's choice; the {@link RolloutLayout} that it makes for given groups answers
 * every question about the tree that a rollout grows.
 */
public sealed interface RolloutPlan permits Chains, Branches {
  /**
   * The tree of one rollout.
   *
   * @param groups the groups in the order of their rows
   * @param window the stochastic steps
   * @param odeCompletions whether the ODE also finishes the latents before and after every
   *     transition of a trunk
   */
  RolloutLayout layout(List<PromptGroup> groups, StepRange window, boolean odeCompletions);

  /**
   * Distinct initial noises of a group.
   *
   * @param groupSize the number G of rows of a group
   */
  int initialNoises(int groupSize);

  /** Whether stochastic steps follow each other, so that a sample's rewards are a trajectory. */
  boolean hasTrajectories();

  /**
   * Why groups of this size do not fit the plan; empty when they do.
   *
   * @param groupSize the number G of rows of a group
   */
  String problem(int groupSize);
}
