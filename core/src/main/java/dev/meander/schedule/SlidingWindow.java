package dev.meander.schedule;

import dev.meander.config.UserError;
import dev.meander.config.Variant;

/**
 * A window that begins at the noise and moves toward the image as training goes on (MixGRPO, arXiv
 * 2507.21802): after every {@code interval} rollouts it moves by {@code stride} steps, and at the
 * end it stays.
 *
 * @param size how many steps; MixGRPO 4
 * @param stride how far it moves; MixGRPO 1
 * @param interval rollouts at one place; MixGRPO 25
 */
@Variant("sliding")
public record SlidingWindow(int size, int stride, int interval) implements StepWindow {
  public SlidingWindow {
    WindowChecks.requireSize(size);
    if (stride < 1 || interval < 1) {
      throw new UserError(
          "a sliding window's stride and interval must be at least 1, not %d and %d"
              .formatted(stride, interval));
    }
  }

  @Override
  public StepRange window(int steps, long seed, long rollout) {
    new StepRange(0, size).requireTrainable(steps);
    int lastStart = steps - 1 - size;
    long moves = rollout / interval;
    int start = (int) Math.min(lastStart, Math.min(moves, lastStart) * stride);
    return new StepRange(start, start + size);
  }
}
