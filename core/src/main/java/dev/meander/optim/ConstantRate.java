package dev.meander.optim;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/** The peak for ever, after the warm-up. */
@Variant("constant")
public record ConstantRate(
    @Doc("The highest learning rate.") @Positive double peak,
    @Doc("Optimizer updates over which the rate rises to its peak; 0 for none.") @Range(min = 0)
        long warmUp)
    implements LearningRate {
  public ConstantRate {
    Rules.require(ConstantRate.class, peak, warmUp);
  }

  @Override
  public double at(long update) {
    return peak * RateChecks.warmUpShare(update, warmUp);
  }
}
