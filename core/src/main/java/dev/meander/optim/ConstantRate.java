package dev.meander.optim;

import dev.meander.config.Variant;

/**
 * The peak for ever, after the warm-up.
 *
 * @param peak 3e-4 in the published LoRA recipes
 * @param warmUp updates
 */
@Variant("constant")
public record ConstantRate(double peak, long warmUp) implements LearningRate {
  public ConstantRate {
    RateChecks.require(peak, warmUp);
  }

  @Override
  public double at(long update) {
    return peak * RateChecks.warmUpShare(update, warmUp);
  }
}
