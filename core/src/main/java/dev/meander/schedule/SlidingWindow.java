package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * A window that begins at the noise and moves toward the image as training goes on (MixGRPO, arXiv
 * 2507.21802): after every {@code interval} rollouts it moves by {@code stride} steps, and at the
 * end it stays.
 */
@Variant("sliding")
public record SlidingWindow(
    @Doc("How many neighbouring steps are stochastic and trained.") @Range(min = 1) int size,
    @Doc("How many steps the window moves at a time.") @Range(min = 1) int stride,
    @Doc("Rollouts that it stays at one place.") @Range(min = 1) int interval)
    implements StepWindow {
  public SlidingWindow {
    Rules.require(SlidingWindow.class, size, stride, interval);
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
