package dev.meander.schedule;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.random.Domain;

/**
 * {@code size} neighbouring steps, drawn anew for each rollout (Flow-GRPO-Fast): every position
 * inside {@code [from, to)} is equally likely.
 */
@Variant("random")
public record RandomWindow(
    @Doc("How many neighbouring steps are stochastic and trained.") @Range(min = 1) int size,
    @Doc("The first step that a window may begin at, from 0.") @Range(min = 0) int from,
    @Doc("One past the last step that a window may hold.") @Range(min = 1) int to)
    implements StepWindow {
  public RandomWindow {
    Rules.require(RandomWindow.class, size, from, to);
  }

  @Rule({"size", "from", "to"})
  static String fits(int size, int from, int to) {
    return (long) to - from >= size
        ? ""
        : "a window of %d steps does not fit into [%d, %d)".formatted(size, from, to);
  }

  @Override
  public StepRange window(int steps, long seed, long rollout) {
    new StepRange(from, to).requireTrainable(steps);
    int start = from + Domain.WINDOW.stream(seed, rollout).nextInt(to - from - size + 1);
    return new StepRange(start, start + size);
  }
}
