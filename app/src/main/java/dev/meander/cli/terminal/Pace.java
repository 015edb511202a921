package dev.meander.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** How long a step takes, as the mean over the latest twenty marks; what is no step is left out. */
final class Pace {
  private static final int MARKS = 20;

  private record Mark(long steps, double seconds) {}

  private final Deque<Mark> marks = new ArrayDeque<>();
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
      marks.add(new Mark(at - step, seconds(time)));
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
    long steps = marks.stream().mapToLong(Mark::steps).sum();
    return steps == 0 ? Double.NaN : marks.stream().mapToDouble(Mark::seconds).sum() / steps;
  }
}
