package dev.meander.cli.terminal;

import dev.meander.advantage.Statistics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How long a step takes: the median of the latest marks, which neither a slow start nor a single
 * slow step changes. What is no step is left out.
 */
final class Pace {
  private static final int MARKS = 11;

  private final Deque<Double> marks = new ArrayDeque<>(); // seconds for one step
  private long step;
  private Instant from = Instant.MIN;

  /** Begins anew: nothing is known before the next mark. */
  void start(long at, Instant time) {
    marks.clear();
    step = at;
    from = time;
  }

  /** Leaves out what was done since the last mark: an evaluation, a checkpoint. */
  void skip(Instant time) {
    from = time;
  }

  /** Notes that step {@code at} was finished at {@code time}. */
  void mark(long at, Instant time) {
    if (at > step) {
      marks.add(seconds(time) / (at - step));
      if (marks.size() > MARKS) {
        marks.remove();
      }
    }
    step = at;
    from = time;
  }

  /** Seconds since the last mark or what was left out. */
  double seconds(Instant time) {
    return Duration.between(from, time).toMillis() / 1000.0;
  }

  /** Seconds for one step; NaN before one is known. */
  double secondsPerStep() {
    return Statistics.median(marks.stream().mapToDouble(Double::doubleValue).toArray());
  }
}
