package dev.meander.schedule;

import dev.meander.config.UserError;
import dev.meander.config.Variant;
import dev.meander.random.Domain;

/**
 * {@code size} neighbouring steps, drawn anew for each rollout (Flow-GRPO-Fast): every position
 * inside {@code [from, to)} is equally likely.
 *
 * @param size how many steps
 * @param from the first step that a window may begin at
 * @param to one past the last step that a window may hold
 */
@Variant("random")
public record RandomWindow(int size, int from, int to) implements StepWindow {
  public RandomWindow {
    WindowChecks.requireSize(size);
    WindowChecks.requireStart(from);
    if (to - from < size) {
      throw new UserError(
          "a window of %d steps does not fit into [%d, %d)".formatted(size, from, to));
    }
  }

  @Override
  public StepRange window(int steps, long seed, long rollout) {
    new StepRange(from, to).requireTrainable(steps);
    int start = from + Domain.WINDOW.stream(seed, rollout).nextInt(to - from - size + 1);
    return new StepRange(start, start + size);
  }
}
