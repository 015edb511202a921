package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/** The same steps in every rollout. */
@Variant("fixed")
public record FixedWindow(
    @Doc("The first step of the window, from 0.") @Range(min = 0) int start,
    @Doc("How many neighbouring steps are stochastic and trained.") @Range(min = 1) int size)
    implements StepWindow {
  public FixedWindow {
    Rules.require(FixedWindow.class, start, size);
  }

  @Override
  public StepRange window(int steps, long seed, long rollout) {
    return new StepRange(start, start + size).requireTrainable(steps);
  }
}
