package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Variant;

/**
 * The turning points of {@link TurningPointCredit} after which the trajectory goes on the same way:
 * {@code sign(r[j]) * sign(R[n] - R[j]) > 0}, so that always {@code |agg[j]| > |r[j]|} (TP-GRPO,
 * arXiv 2602.06422).
 */
@Variant("turning_point_consistent")
public record ConsistentTurningPointCredit(
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
    double after = trace.finalReward(i) - trace.reward(i, j);
    boolean goesOn = Math.signum(trace.incremental(i, j)) * Math.signum(after) > 0;
    return goesOn && (j == 1 ? firstStep.isTurningPoint(trace, i) : trend.turnsAt(trace, i, j));
  }
}
