package dev.meander.schedule;

/**
 * Flow-GRPO's noise (arXiv 2505.05470): {@code s = a*sqrt(sigma/(1-sigma))}, {@code std =
 * s*sqrt(delta)}. At {@code sigma = 1} the fraction is taken as {@code 1/(1 - sigma[1])}.
 *
 * @param a the noise level, at least 0; 0.7 for SD3.5-M, 0.9 for FLUX
 */
public record FlowSdeNoise(double a) implements NoiseLevel {
  @Override
  public boolean isZero() {
    return a == 0;
  }

  @Override
  public double level(SigmaSchedule schedule, int k) {
    double sigma = schedule.sigma(k);
    double guarded = sigma == 1 ? schedule.sigma(1) : sigma;
    return a * Math.sqrt(sigma / (1 - guarded));
  }

  @Override
  public double std(SigmaSchedule schedule, int k) {
    return level(schedule, k) * Math.sqrt(schedule.delta(k));
  }
}
