package dev.meander.schedule;

/**
 * Flow-CPS's noise (arXiv 2509.05952): {@code s = sigma[k+1]*sin(a*pi/2)}, which is also the
 * standard deviation of the step.
 *
 * @param a 0 to 1; 0 is the ODE, 1 replaces all noise
 */
public record CpsNoise(double a) implements NoiseLevel {
  @Override
  public boolean isZero() {
    return a == 0;
  }

  @Override
  public double level(SigmaSchedule schedule, int k) {
    return schedule.sigma(k + 1) * Math.sin(a * Math.PI / 2);
  }

  @Override
  public double std(SigmaSchedule schedule, int k) {
    return level(schedule, k);
  }
}
