package dev.meander.sampler;

import dev.meander.config.Variants;
import dev.meander.schedule.NoiseLevel;

/**
 * Dynamics whose steps have a density, so that they can be trained.
 *
 * <p>{@link StepInputs} prepares the arguments of a step, and {@link NormalStep} is the result
 * wherever the noise is normal. Rollout and update both call {@link #step}; it must be a function
 * of its arguments alone.
 */
@Variants({FlowSde.class, Cps.class, DanceSde.class})
public non-sealed interface StochasticDynamics extends Dynamics {
  /**
   * The same noise as a function of the schedule alone, for step weights and reports: its {@link
   * NoiseLevel#std} equals the {@link StepDistribution#std} of a step, but for rounding. Where it
   * is 0 a step cannot be trained.
   */
  NoiseLevel noise();
}
