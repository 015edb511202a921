package dev.meander.schedule;

import dev.meander.config.UserError;
import java.util.function.DoubleUnaryOperator;

/** Evenly spaced points and the checks that every {@link ScheduleSpec} shares. */
final class Spacing {
  /** Ten times those of training. */
  private static final int MOST_STEPS = 10_000;

  private Spacing() {}

  /**
   * A schedule whose levels belong to evenly spaced points; 0 is appended.
   *
   * @param first the first point
   * @param last the last point, that of the last step's beginning
   * @param sigma the sigma of a point, rounded to float32
   */
  static SigmaSchedule schedule(double first, double last, int steps, DoubleUnaryOperator sigma) {
    requireSteps(steps);
    double[] points = linspace(first, last, steps);
    float[] sigmas = new float[steps + 1];
    for (int k = 0; k < steps; k++) {
      sigmas[k] = (float) sigma.applyAsDouble(points[k]);
    }
    return checked(sigmas);
  }

  /** A shift may be so large, or steps so many, that two levels are the same float. */
  static SigmaSchedule checked(float[] sigmas) {
    try {
      return new SigmaSchedule(sigmas);
    } catch (IllegalArgumentException e) {
      throw new UserError(
          "%d steps cannot be taken with this shift: %s"
              .formatted(sigmas.length - 1, e.getMessage()),
          e);
    }
  }

  /**
   * {@code count} float64 points from {@code start} to {@code end}, rounded as NumPy's linspace.
   */
  static double[] linspace(double start, double end, int count) {
    double[] points = new double[count];
    double step = count > 1 ? (end - start) / (count - 1) : 0;
    for (int i = 0; i < count; i++) {
      points[i] = i * step + start;
    }
    if (count > 1) {
      points[count - 1] = end;
    }
    return points;
  }

  /**
   * {@code s*u / (1 + (s-1)*u)} in float64, rounded to float32 at the end. Pure noise stays exactly
   * 1 for every s, which rounding alone does not promise.
   */
  static float shift(double s, double u) {
    return u == 1 ? 1 : (float) (s * u / (1 + (s - 1) * u));
  }

  /** {@link #shift} with every operation in float32. */
  static float shiftFloat(double s, float u) {
    return u == 1 ? 1 : (float) s * u / (1 + (float) (s - 1) * u);
  }

  static void requireSteps(int steps) {
    if (steps < 1) {
      throw new UserError("steps must be at least 1, not " + steps);
    }
    if (steps > MOST_STEPS) {
      throw new UserError("steps must be at most %d, not %d".formatted(MOST_STEPS, steps));
    }
  }
}
