package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Variant;

/**
 * A step is a turning point when it goes with the trend and the step before it went against it:
 * {@code S(j-1) < 0 and S(j) > 0} (TP-GRPO, arXiv 2602.06422).
 *
 * <p>With rewards of two values only, such as all or nothing, it pays what {@link
 * IncrementalCredit} pays: a step that goes with the trend makes the whole gain itself. The same
 * holds for {@link ConsistentTurningPointCredit}, which then finds no point at all.
 */
@Variant("turning_point")
public record TurningPointCredit(
    @Doc("What a turning point turns towards: the remaining or the overall gain.")
        @Default("remaining")
        Trend trend,
    @Doc("Whether the first step may be a turning point.") @Default("qualifies")
        FirstStep firstStep,
    @Doc("Which turning points remain, so that gains and losses are equally many.") @Default("none")
        Balance balance)
    implements TurningPointRule {
  @Override
  public boolean needsManyValues() {
    return true;
  }

  @Override
  public boolean isTurningPoint(RewardTrace trace, int i, int j) {
    return j == 1 ? firstStep.isTurningPoint(trace, i) : trend.turnsAt(trace, i, j);
  }
}
