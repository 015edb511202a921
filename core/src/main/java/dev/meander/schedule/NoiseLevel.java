package dev.meander.schedule;

import java.util.Arrays;

/**
 * How much noise one stochastic step adds, as a function of the schedule alone.
 *
 * <p>The sampler's steps, step weights and reports all take these numbers.
 */
public interface NoiseLevel {
  /**
   * Whether no step adds any noise, so that every step follows the ODE and none can be trained:
   * recipes with such dynamics are refused.
   */
  default boolean isZero() {
    return false;
  }

  /** The noise level {@code s} of step {@code k}, at least 0. */
  double level(SigmaSchedule schedule, int k);

  /** The standard deviation of the next latent after step {@code k}. */
  double std(SigmaSchedule schedule, int k);

  /** {@link #std} of every step in the range, in order. */
  default double[] stds(SigmaSchedule schedule, StepRange range) {
    return stds(schedule, range.steps().toArray());
  }

  /** {@link #std} of the given steps. */
  default double[] stds(SigmaSchedule schedule, int... steps) {
    return Arrays.stream(steps).mapToDouble(k -> std(schedule, k)).toArray();
  }

  /** {@link #meanOneStds(SigmaSchedule, int...)} of the steps in the range. */
  default double[] meanOneStds(SigmaSchedule schedule, StepRange trained) {
    return meanOneStds(schedule, trained.steps().toArray());
  }

  /**
   * {@link #stds} divided by their mean, so that the mean is 1: TempFlow-GRPO's noise-aware step
   * weights (arXiv 2508.04324) for the trained steps.
   */
  default double[] meanOneStds(SigmaSchedule schedule, int... trained) {
    double[] stds = stds(schedule, trained);
    double mean = 0;
    for (double std : stds) {
      mean += std / stds.length;
    }
    if (!(mean > 0)) {
      throw new IllegalArgumentException("without noise there are no noise-aware step weights");
    }
    for (int i = 0; i < stds.length; i++) {
      stds[i] /= mean;
    }
    return stds;
  }
}
