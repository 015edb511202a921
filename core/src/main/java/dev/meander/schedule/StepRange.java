package dev.meander.schedule;

import dev.meander.config.UserError;
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

  /**
   * This range, if its steps can be trained in a rollout of {@code steps}: the last one cannot.
   *
   * @throws UserError when it does not lie within the first {@code steps - 1}
   */
  public StepRange requireTrainable(int steps) {
    if (end > steps - 1) {
      throw new UserError(
          ("the window of steps [%d, %d) must lie within [0, %d):"
                  + " the last of %d steps is always deterministic")
              .formatted(start, end, Math.max(steps - 1, 0), steps));
    }
    return this;
  }

  /** The steps in order. */
  public IntStream steps() {
    return IntStream.range(start, end);
  }
}
