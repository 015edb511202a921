package dev.meander.optim;

import java.util.Optional;

/** What the learning-rate schedules share. */
final class RateChecks {
  private RateChecks() {}

  static long known(Optional<Long> total) {
    return total.orElseThrow(
        () -> new IllegalStateException("the schedule's total is not known yet; see over"));
  }

  /** The share of the peak during warm-up; 1 afterwards. */
  static double warmUpShare(long update, long warmUp) {
    return update < warmUp ? (update + 1.0) / warmUp : 1;
  }
}
