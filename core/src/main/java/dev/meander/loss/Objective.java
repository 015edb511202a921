package dev.meander.loss;

import dev.meander.config.Variants;
import dev.meander.sampler.StochasticDynamics;

/**
 * How log-densities and advantages become a loss.
 *
 * <p>What it allocates belongs to the innermost open scope.
 */
@Variants({ClippedObjective.class, GuardObjective.class})
public interface Objective {
  /** How far the ratio may leave 1 before its gradient is cut; for reports. */
  double clipRange();

  /** Whether it looks at the steps' means at the rollout. */
  default boolean needsOldMean() {
    return false;
  }

  /** Why this objective does not go with {@code dynamics}; empty when it does. */
  default String problem(StochasticDynamics dynamics) {
    return "";
  }

  /**
   * The policy term of every pair of sample and step: {@code loss [B]}, differentiable with respect
   * to {@link StepBatch#current}, not yet averaged. {@link PolicyTerm#clipped} is PPO's.
   */
  PolicyTerm policy(StepBatch batch);
}
