package dev.meander.schedule;

import java.util.stream.IntStream;

/**
 * Neighbouring steps {@code start <= k < end}.
 *
 * @param start the first step
 * @param end one past the last step
 */
public record StepRange(int start, int end) {
  public StepRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "a step range needs 0 <= start < end, not [%d, %d)".formatted(start, end));
    }
  }

  /** How many steps. */
  public int size() {
    return end - start;
  }

  /** Whether step {@code k} is inside. */
  public boolean contains(int k) {
    return start <= k && k < end;
  }

  /** The steps in order. */
  public IntStream steps() {
    return IntStream.range(start, end);
  }
}
