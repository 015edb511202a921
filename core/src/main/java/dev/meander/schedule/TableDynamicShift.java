package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Variant;

/**
 * SD3's spacing where its scheduler says {@code use_dynamic_shifting}: T points run evenly from 1
 * to 0.001, the ends of the training table, and become {@code e^mu / (e^mu + (1/u - 1))}; 0 is
 * appended. The rounding (float32 table, float64 points, float32 result) is that of diffusers'
 * StableDiffusion3Pipeline.
 */
@Variant("table_dynamic_shift")
public record TableDynamicShift(@Doc("The shift, as FLUX's.") @Flat DynamicShift shift)
    implements ScheduleSpec {
  private static final int TRAINING_TIMESTEPS = 1000;

  @Override
  public SigmaSchedule schedule(int steps) {
    double last = (double) (1f / TRAINING_TIMESTEPS) * TRAINING_TIMESTEPS;
    double scale = Math.exp(shift.mu());
    return Spacing.schedule(
        TRAINING_TIMESTEPS, last, steps, t -> scale / (scale + (1 / (t / TRAINING_TIMESTEPS) - 1)));
  }
}
