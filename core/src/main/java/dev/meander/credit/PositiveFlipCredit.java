package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Variant;

/**
 * The turning points of {@link TurningPointCredit} in samples that end better than they began,
 * {@code R[n] > R[0]}; as in the released code of TP-GRPO (arXiv 2602.06422) the first step is not
 * held to that.
 */
@Variant("turning_point_positive")
public record PositiveFlipCredit(
    @Doc("What a turning point turns towards: the remaining or the overall gain.")
        @Default("overall")
        Trend trend,
    @Doc("Whether the first step may be a turning point.") @Default("qualifies")
        FirstStep firstStep,
    @Doc("Which turning points remain, so that gains and losses are equally many.") @Default("none")
        Balance balance)
    implements TurningPointRule {
  @Override
  public boolean isTurningPoint(RewardTrace trace, int i, int j) {
    return j == 1
        ? firstStep.isTurningPoint(trace, i)
        : trace.overall(i) > 0 && trend.turnsAt(trace, i, j);
  }
}
