package dev.meander.schedule;

import dev.meander.config.Variant;

/**
 * The same steps in every rollout.
 *
 * @param start the first step
 * @param size how many
 */
@Variant("fixed")
public record FixedWindow(int start, int size) implements StepWindow {
  public FixedWindow {
    WindowChecks.requireStart(start);
    WindowChecks.requireSize(size);
  }

  @Override
  public StepRange window(int steps, long seed, long rollout) {
    return new StepRange(start, start + size).requireTrainable(steps);
  }
}
