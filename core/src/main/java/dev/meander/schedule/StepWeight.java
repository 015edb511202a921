package dev.meander.schedule;

/** How much the policy term (not the KL) of each trained step counts. */
public sealed interface StepWeight permits UniformWeight, NoiseAwareWeight, ConstantScaleWeight {
  /**
   * The weights of the trained steps.
   *
   * @param steps which steps of the schedule are trained, in any order, {@code [n]}
   * @return {@code [n]}
   */
  double[] weights(NoiseLevel noise, SigmaSchedule schedule, int... steps);
}
