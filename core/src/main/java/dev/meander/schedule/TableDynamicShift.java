package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * SD3's spacing where its scheduler says {@code use_dynamic_shifting}: T points run evenly from 1
 * to 0.001, the ends of the training table, and become {@code e^mu / (e^mu + (1/u - 1))}; 0 is
 * appended. The rounding (float32 table, float64 points, float32 result) is that of diffusers'
 * StableDiffusion3Pipeline.
 *
 * @param imageTokens tokens of the image in the transformer's sequence
 * @param baseTokens where {@code mu = baseShift}
 * @param maxTokens where {@code mu = maxShift}
 * @param baseShift see {@link DynamicShift}
 * @param maxShift see {@link DynamicShift}
 */
@Variant("table_dynamic_shift")
public record TableDynamicShift(
    @Doc("Tokens of the image in the transformer's sequence.") @Range(min = 1) int imageTokens,
    @Doc("Tokens of an image with the shift base_shift; FLUX 256.") @Range(min = 1) int baseTokens,
    @Doc("Tokens of an image with the shift max_shift; FLUX 4096.") @Range(min = 1) int maxTokens,
    @Doc("The shift's exponent at base_tokens; FLUX 0.5.") double baseShift,
    @Doc("The shift's exponent at max_tokens; FLUX 1.15.") double maxShift)
    implements ScheduleSpec {
  private static final int TRAINING_TIMESTEPS = 1000;

  public TableDynamicShift {
    Rules.require(TableDynamicShift.class, imageTokens, baseTokens, maxTokens, baseShift, maxShift);
  }

  @Rule({"max_tokens", "base_tokens"})
  static String tokensRise(int maxTokens, int baseTokens) {
    return maxTokens > baseTokens
        ? ""
        : "max_tokens must exceed base_tokens (%d), not be %d".formatted(baseTokens, maxTokens);
  }

  /** The exponent of the shift, FLUX's. */
  public double mu() {
    return new DynamicShift(imageTokens, baseTokens, maxTokens, baseShift, maxShift).mu();
  }

  @Override
  public SigmaSchedule schedule(int steps) {
    double last = (double) (1f / TRAINING_TIMESTEPS) * TRAINING_TIMESTEPS;
    double scale = Math.exp(mu());
    return Spacing.schedule(
        TRAINING_TIMESTEPS, last, steps, t -> scale / (scale + (1 / (t / TRAINING_TIMESTEPS) - 1)));
  }
}
