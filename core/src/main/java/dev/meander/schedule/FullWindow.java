package dev.meander.schedule;

import dev.meander.config.UserError;
import dev.meander.config.Variant;

/** Every step but the last (Flow-GRPO, arXiv 2505.05470). */
@Variant("full")
public record FullWindow() implements StepWindow {
  @Override
  public StepRange window(int steps, long seed, long rollout) {
    if (steps < 2) {
      throw new UserError(
          "training needs at least 2 steps, not " + steps + ": the last is always deterministic");
    }
    return new StepRange(0, steps - 1);
  }
}
