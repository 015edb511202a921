package dev.meander.optim;

import dev.meander.config.UserError;
import dev.meander.config.Variant;

/**
 * Warm-up, then the peak, then a decay to 0 over the last updates (arXiv 2404.06395; decay shapes
 * compared in arXiv 2405.18392).
 *
 * @param peak the highest rate
 * @param warmUp updates of warm-up
 * @param decay updates of decay
 * @param total all updates; from there on the rate is 0
 * @param shape how it falls
 */
@Variant("warmup_stable_decay")
public record WarmupStableDecay(double peak, long warmUp, long decay, long total, DecayShape shape)
    implements LearningRate {
  public WarmupStableDecay {
    RateChecks.require(peak, warmUp);
    if (decay < 1 || warmUp + decay > total) {
      throw new UserError(
          "warmUp (%d) and a decay of at least 1 update (%d) must fit into total (%d)"
              .formatted(warmUp, decay, total));
    }
  }

  @Override
  public double at(long update) {
    long into = update - (total - decay);
    if (into <= 0) {
      return peak * RateChecks.warmUpShare(update, warmUp);
    }
    return peak * shape.remaining(Math.min(1, into / (double) decay));
  }
}
