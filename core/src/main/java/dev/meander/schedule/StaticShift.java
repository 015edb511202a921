package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * SD3's spacing: evenly spaced points of a shifted training table, shifted once more.
 *
 * <p>The training table is {@code u/1000}, {@code u = 1000..1}, shifted by {@code f(u) = s*u / (1 +
 * (s-1)*u)}; T points run evenly from {@code f(1) = 1} down to {@code f(0.001)}, are shifted by
 * {@code f} again, and 0 is appended. Shifting twice is what diffusers'
 * FlowMatchEulerDiscreteScheduler does, and what the released checkpoints are sampled with; the
 * rounding (float32 table, float64 points, float32 result) is also its.
 */
@Variant("static_shift")
public record StaticShift(
    @Doc("Shift s: 3 for SD3 and SD3.5; 1 spaces evenly.") @Positive double shift)
    implements ScheduleSpec {
  private static final int TRAINING_TIMESTEPS = 1000;

  public StaticShift {
    Rules.require(StaticShift.class, shift);
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    double first = (double) tableEntry(TRAINING_TIMESTEPS) * TRAINING_TIMESTEPS;
    double last = (double) tableEntry(1) * TRAINING_TIMESTEPS;
    return Spacing.schedule(first, last, steps, t -> Spacing.shift(shift, t / TRAINING_TIMESTEPS));
  }

  private float tableEntry(int timestep) {
    return Spacing.shiftFloat(shift, timestep / (float) TRAINING_TIMESTEPS);
  }
}
