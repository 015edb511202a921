package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import java.time.Duration;

/** Timeouts, retries and circuit breaking. */
@Doc("Timeouts, retries and circuit breaking.")
record Connection(
    @Doc("Seconds until a request must have been answered in full.") @Default("60") @Positive
        double timeoutSeconds,
    @Doc(
            "How many times all servers are asked again after the first; what still fails then stops the run.")
        @Default("12")
        @Range(min = 0, max = 1000)
        int retries,
    @Doc("Seconds before the first of these; each later wait is twice as long.")
        @Default("0.25")
        @Positive
        double backoffSeconds,
    @Doc("The longest such wait in seconds.") @Default("30") @Positive double maxBackoffSeconds,
    @Doc("Consecutive failures before the circuit opens.") @Default("5") @Range(min = 1, max = 1000)
        int breakerFaults,
    @Doc("Seconds that it is left alone; then a single request tries it.") @Default("5") @Positive
        double breakerSeconds) {

  /** The same for a question that is answered at once. */
  Connection brief() {
    return new Connection(
        Math.min(timeoutSeconds, 10),
        0,
        backoffSeconds,
        maxBackoffSeconds,
        breakerFaults,
        breakerSeconds);
  }

  Duration timeout() {
    return seconds(timeoutSeconds);
  }

  /**
   * The wait before asking everybody again: doubled each time, the last half of it by chance so
   * that clients that failed together do not come back together.
   *
   * @param round the round, 1 for the first
   * @param chance a uniform random number, 0 to 1
   */
  Duration backoff(int round, double chance) {
    double whole = Math.min(maxBackoffSeconds, backoffSeconds * Math.pow(2, round - 1));
    return seconds(whole * (0.5 + 0.5 * chance));
  }

  Duration breakerPause() {
    return seconds(breakerSeconds);
  }

  private static Duration seconds(double seconds) {
    return Duration.ofNanos((long) Math.min(seconds * 1e9, Long.MAX_VALUE / 4));
  }
}
