package dev.meander.schedule;

/**
 * DanceGRPO's noise (arXiv 2505.07818): {@code s = eta} at every step, {@code std =
 * eta*sqrt(delta)}.
 *
 * @param eta the noise level, at least 0; DanceGRPO uses 0.3
 */
public record DanceNoise(double eta) implements NoiseLevel {
  @Override
  public boolean isZero() {
    return eta == 0;
  }

  @Override
  public double level(SigmaSchedule schedule, int k) {
    return eta;
  }

  @Override
  public double std(SigmaSchedule schedule, int k) {
    return eta * Math.sqrt(schedule.delta(k));
  }
}
