package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Rules;
import dev.meander.config.Variant;

/**
 * Every step earns the whole trajectory's gain {@code R[n] - R[0]}, and a turning point {@code
 * eta*r[j]} on top (the bonus form of the released code of TP-GRPO, arXiv 2602.06422). The released
 * code balances its points by {@link Balance#INCREMENTAL}.
 */
@Variant("turning_point_bonus")
public record BonusCredit(
    @Doc("Which steps are turning points; only its points count.")
        @Default("{type: turning_point, trend: overall}")
        TurningPointRule points,
    @Doc("The weight of what a turning point changed.") @Default("1.0") double eta)
    implements PointCredit {
  public BonusCredit {
    Rules.require(BonusCredit.class, points, eta);
  }

  @Override
  public boolean[][] turningPoints(RewardTrace trace) {
    return points.allTurningPoints(trace);
  }

  @Override
  public double[][] pay(RewardTrace trace, boolean[][] at) {
    return trace.each(
        (i, j) -> trace.overall(i) + (at[i][j - 1] ? eta * trace.incremental(i, j) : 0));
  }
}
