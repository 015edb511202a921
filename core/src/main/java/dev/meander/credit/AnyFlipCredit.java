package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Variant;

/**
 * Every change of direction is a turning point, whatever the trend: {@code r[j-1]*r[j] < 0} (a
 * variant in the released code of TP-GRPO, arXiv 2602.06422).
 */
@Variant("turning_point_any_flip")
public record AnyFlipCredit(
    @Doc("Whether the first step may be a turning point.") @Default("qualifies")
        FirstStep firstStep,
    @Doc("Which turning points remain, so that gains and losses are equally many.") @Default("none")
        Balance balance)
    implements TurningPointRule {
  @Override
  public boolean isTurningPoint(RewardTrace trace, int i, int j) {
    if (j == 1) {
      return firstStep.isTurningPoint(trace, i);
    }
    double before = Math.signum(trace.incremental(i, j - 1));
    return before * Math.signum(trace.incremental(i, j)) < 0;
  }
}
