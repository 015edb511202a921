package dev.meander.schedule;

import dev.meander.config.UserError;
import dev.meander.config.Variant;

/**
 * FLUX's spacing: larger images spend more steps near the noise.
 *
 * <p>T points run evenly from 1 to {@code 1/T} and become {@code e^mu / (e^mu + (1/u - 1))}; 0 is
 * appended. {@code mu} is linear in the number of image tokens. The rounding is that of diffusers'
 * FlowMatchEulerDiscreteScheduler with exponential dynamic shifting.
 *
 * @param imageTokens tokens of the image in the transformer's sequence
 * @param baseTokens where {@code mu = baseShift}; FLUX 256
 * @param maxTokens where {@code mu = maxShift}; FLUX 4096
 * @param baseShift FLUX 0.5
 * @param maxShift FLUX 1.15
 */
@Variant("dynamic_shift")
public record DynamicShift(
    int imageTokens, int baseTokens, int maxTokens, double baseShift, double maxShift)
    implements ScheduleSpec {
  public DynamicShift {
    if (imageTokens < 1) {
      throw new UserError("imageTokens must be at least 1, not " + imageTokens);
    }
    if (maxTokens <= baseTokens) {
      throw new UserError(
          "maxTokens must exceed baseTokens (%d), not be %d".formatted(baseTokens, maxTokens));
    }
    if (!Double.isFinite(baseShift) || !Double.isFinite(maxShift)) {
      throw new UserError("baseShift and maxShift must be finite numbers");
    }
  }

  /** FLUX.1's setting for an image of so many tokens. */
  public static DynamicShift flux(int imageTokens) {
    return new DynamicShift(imageTokens, 256, 4096, 0.5, 1.15);
  }

  /** The exponent of the shift. */
  public double mu() {
    double slope = (maxShift - baseShift) / (maxTokens - baseTokens);
    return imageTokens * slope + (baseShift - slope * baseTokens);
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    float scale = (float) Math.exp(mu());
    return Spacing.schedule(1, 1.0 / steps, steps, u -> scale / (scale + (1 / (float) u - 1)));
  }
}
