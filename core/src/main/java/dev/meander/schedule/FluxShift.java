package dev.meander.schedule;

import dev.meander.config.Variant;

/**
 * FLUX's spacing with a constant shift: T points evenly from 1 to {@code 1/T}, shifted once by
 * {@code f(u) = s*u / (1 + (s-1)*u)}; 0 is appended. The rounding is that of diffusers'
 * FluxPipeline with a FlowMatchEulerDiscreteScheduler without dynamic shifting.
 *
 * @param shift s, above 0; FLUX.1-schnell 1, which spaces evenly
 */
@Variant("flux_shift")
public record FluxShift(double shift) implements ScheduleSpec {
  public FluxShift {
    Spacing.requireShift(shift);
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    Spacing.requireSteps(steps);
    double[] points = Spacing.linspace(1, 1.0 / steps, steps);
    float[] sigmas = new float[steps + 1];
    for (int k = 0; k < steps; k++) {
      sigmas[k] = Spacing.shiftFloat(shift, (float) points[k]);
    }
    return new SigmaSchedule(sigmas);
  }
}
