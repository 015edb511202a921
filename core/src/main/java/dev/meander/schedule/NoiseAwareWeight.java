package dev.meander.schedule;

import dev.meander.config.Variant;

/**
 * A step counts as its standard deviation does, scaled so that the mean over the trained steps is 1
 * (TempFlow-GRPO, arXiv 2508.04324).
 *
 * <p>The gradient of the log-density carries one over the standard deviation, so without the weight
 * the late, nearly noiseless steps dominate.
 */
@Variant("noise_aware")
public record NoiseAwareWeight() implements StepWeight {
  @Override
  public double[] weights(NoiseLevel noise, SigmaSchedule schedule, int... steps) {
    return noise.meanOneStds(schedule, steps);
  }
}
