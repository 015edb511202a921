package dev.meander.schedule;

/**
 * How much noise one stochastic step adds, as a function of the schedule alone.
 *
 * <p>The tensor samplers compute the same numbers in float32; these tables serve step weights,
 * reports and tests.
 */
public sealed interface NoiseLevel permits FlowSdeNoise, CpsNoise {
  /** The noise level {@code s} of step {@code k}. */
  double level(SigmaSchedule schedule, int k);

  /** The standard deviation of the next latent after step {@code k}. */
  double std(SigmaSchedule schedule, int k);

  /** {@link #std} of every step in the range, in order. */
  default double[] stds(SigmaSchedule schedule, StepRange range) {
    return range.steps().mapToDouble(k -> std(schedule, k)).toArray();
  }

  /**
   * {@link #stds} divided by their mean, so that the mean is 1: TempFlow-GRPO's noise-aware step
   * weights (arXiv 2508.04324) for the trained steps.
   */
  default double[] meanOneStds(SigmaSchedule schedule, StepRange trained) {
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
