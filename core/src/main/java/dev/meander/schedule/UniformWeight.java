package dev.meander.schedule;

import dev.meander.config.Variant;
import java.util.Arrays;

/** Every step counts 1 (Flow-GRPO, arXiv 2505.05470). */
@Variant("uniform")
public record UniformWeight() implements StepWeight {
  @Override
  public double[] weights(NoiseLevel noise, SigmaSchedule schedule, int... steps) {
    double[] weights = new double[steps.length];
    Arrays.fill(weights, 1);
    return weights;
  }
}
