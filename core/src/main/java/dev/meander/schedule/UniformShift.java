package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * DanceGRPO's spacing (arXiv 2505.07818): T+1 points evenly from 1 to 0, shifted once by {@code
 * f(u) = s*u / (1 + (s-1)*u)}, all in float32.
 */
@Variant("uniform_shift")
public record UniformShift(@Doc("Shift s; DanceGRPO uses 3.") @Positive double shift)
    implements ScheduleSpec {
  public UniformShift {
    Rules.require(UniformShift.class, shift);
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    Spacing.requireSteps(steps);
    float step = -1f / steps;
    float[] sigmas = new float[steps + 1];
    for (int k = 0; k <= steps; k++) {
      // Counted from the nearer end, as torch.linspace does: both ends are exact.
      float u = k < (steps + 1) / 2 ? 1 + step * k : -step * (steps - k);
      sigmas[k] = Spacing.shiftFloat(shift, u);
    }
    return Spacing.checked(sigmas);
  }
}
