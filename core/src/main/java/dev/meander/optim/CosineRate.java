package dev.meander.optim;

import dev.meander.config.UserError;
import dev.meander.config.Variant;

/**
 * Half a cosine from the peak to the floor (arXiv 1608.03983, equation 5, one cycle).
 *
 * @param peak the highest rate
 * @param warmUp updates of warm-up
 * @param total updates until the floor, warm-up included
 * @param floor the rate from {@code total} on
 */
@Variant("cosine")
public record CosineRate(double peak, long warmUp, long total, double floor)
    implements LearningRate {
  public CosineRate {
    RateChecks.require(peak, warmUp);
    if (total <= warmUp || !(floor >= 0 && floor <= peak)) {
      throw new UserError(
          "a cosine needs total above warmUp (%d) and floor in 0 to peak, not %d and %s"
              .formatted(warmUp, total, floor));
    }
  }

  @Override
  public double at(long update) {
    if (update < warmUp) {
      return peak * RateChecks.warmUpShare(update, warmUp);
    }
    double progress = Math.min(1, (update - warmUp) / (double) (total - warmUp));
    return floor + (peak - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
