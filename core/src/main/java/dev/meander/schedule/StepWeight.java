package dev.meander.schedule;

import dev.meander.config.Variants;

/** How much the policy term (not the KL) of each trained step counts. */
@Variants({UniformWeight.class, NoiseAwareWeight.class, ConstantScaleWeight.class})
public interface StepWeight {
  /**
   * The weights of the trained steps, finite and at least 0.
   *
   * @param noise how much each step adds under the method's dynamics
   * @param schedule the schedule of the rollout
   * @param steps which steps of the schedule are trained, in any order, {@code [n]}
   * @return {@code [n]}
   */
  double[] weights(NoiseLevel noise, SigmaSchedule schedule, int... steps);
}
