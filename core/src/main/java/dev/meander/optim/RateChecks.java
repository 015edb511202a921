package dev.meander.optim;

import dev.meander.config.UserError;

/** What the learning-rate schedules share. */
final class RateChecks {
  private RateChecks() {}

  static void require(double peak, long warmUp) {
    if (!(peak > 0) || Double.isInfinite(peak) || warmUp < 0) {
      throw new UserError(
          "a learning rate needs a peak above 0 and a warm-up of at least 0 updates, not %s and %d"
              .formatted(peak, warmUp));
    }
  }

  /** The share of the peak during warm-up; 1 afterwards. */
  static double warmUpShare(long update, long warmUp) {
    return update < warmUp ? (update + 1.0) / warmUp : 1;
  }
}
