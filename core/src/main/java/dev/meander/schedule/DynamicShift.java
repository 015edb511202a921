package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * FLUX's spacing: larger images spend more steps near the noise.
 *
 * <p>T points run evenly from 1 to {@code 1/T} and become {@code e^mu / (e^mu + (1/u - 1))}; 0 is
 * appended. {@code mu} is linear in the number of image tokens. The rounding is that of diffusers'
 * FlowMatchEulerDiscreteScheduler with exponential dynamic shifting.
 */
@Variant("dynamic_shift")
public record DynamicShift(
    @Doc("Tokens of the image in the transformer's sequence.") @Range(min = 1) int imageTokens,
    @Doc("Tokens of an image with the shift base_shift; FLUX 256.") @Range(min = 1) int baseTokens,
    @Doc("Tokens of an image with the shift max_shift; FLUX 4096.") @Range(min = 1) int maxTokens,
    @Doc("The shift's exponent at base_tokens; FLUX 0.5.") double baseShift,
    @Doc("The shift's exponent at max_tokens; FLUX 1.15.") double maxShift)
    implements ScheduleSpec {
  public DynamicShift {
    Rules.require(DynamicShift.class, imageTokens, baseTokens, maxTokens, baseShift, maxShift);
  }

  @Rule({"max_tokens", "base_tokens"})
  static String tokensRise(int maxTokens, int baseTokens) {
    return maxTokens > baseTokens
        ? ""
        : "max_tokens must exceed base_tokens (%d), not be %d".formatted(baseTokens, maxTokens);
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
