package dev.meander.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** How long a step takes, as the mean over the latest twenty marks. */
final class Pace {
  private static final int MARKS = 21;

  private record Mark(long step, Instant time) {}

  private final Deque<Mark> marks = new ArrayDeque<>();

  /** Begins anew: nothing is known before the next mark. */
  void start(long step, Instant time) {
    marks.clear();
    mark(step, time);
  }

  /** Notes that {@code step} was finished at {@code time}. */
  void mark(long step, Instant time) {
    marks.add(new Mark(step, time));
    if (marks.size() > MARKS) {
      marks.remove();
    }
  }

  /** Seconds for one step; NaN before two different steps are known. */
  double secondsPerStep() {
    Mark first = marks.peekFirst();
    Mark last = marks.peekLast();
    if (first == null || last.step <= first.step) {
      return Double.NaN;
    }
    return Duration.between(first.time, last.time).toMillis() / 1000.0 / (last.step - first.step);
  }
}
