package dev.meander.credit;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Variant;

/**
 * A turning point spreads aggregated rewards along its trajectory: from one with {@code agg > 0}
 * every later step earns its own {@code agg[j]}, from one with {@code agg < 0} every earlier step,
 * once for each such turning point that reaches it; steps that none reaches earn {@code r[j]} (a
 * variant in the released code of TP-GRPO, arXiv 2602.06422).
 */
@Variant("turning_point_propagated")
public record PropagatedCredit(
    @Doc("Which steps are turning points; only its points count.")
        @Default("{type: turning_point, trend: overall}")
        TurningPointRule points)
    implements PointCredit {
  @Override
  public boolean[][] turningPoints(RewardTrace trace) {
    return points.allTurningPoints(trace);
  }

  @Override
  public double[][] pay(RewardTrace trace, boolean[][] at) {
    double[][] rewards = trace.each(trace::incremental);
    for (int i = 0; i < rewards.length; i++) {
      int[] reaching = reaching(trace, at[i], i);
      for (int j = 1; j <= rewards[i].length; j++) {
        double spread = reaching[j - 1] * trace.aggregated(i, j);
        rewards[i][j - 1] = spread == 0 ? rewards[i][j - 1] : spread;
      }
    }
    return rewards;
  }

  /** How many gains at or before each step and losses at or after it, {@code [n]}. */
  private static int[] reaching(RewardTrace trace, boolean[] at, int i) {
    int n = at.length;
    int[] count = new int[n];
    int gains = 0;
    int losses = 0;
    for (int j = 1; j <= n; j++) {
      gains += at[j - 1] && trace.aggregated(i, j) > 0 ? 1 : 0;
      count[j - 1] += gains;
      int fromEnd = n + 1 - j;
      losses += at[fromEnd - 1] && trace.aggregated(i, fromEnd) < 0 ? 1 : 0;
      count[fromEnd - 1] += losses;
    }
    return count;
  }
}
