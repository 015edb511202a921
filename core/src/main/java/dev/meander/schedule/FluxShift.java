package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * FLUX's spacing with a constant shift: T points evenly from 1 to {@code 1/T}, shifted once by
 * {@code f(u) = s*u / (1 + (s-1)*u)}; 0 is appended. The rounding is that of diffusers'
 * FluxPipeline with a FlowMatchEulerDiscreteScheduler without dynamic shifting.
 */
@Variant("flux_shift")
public record FluxShift(
    @Doc("Shift s; FLUX.1-schnell uses 1, which spaces evenly.") @Positive double shift)
    implements ScheduleSpec {
  public FluxShift {
    Rules.require(FluxShift.class, shift);
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    return Spacing.schedule(1, 1.0 / steps, steps, u -> Spacing.shiftFloat(shift, (float) u));
  }
}
