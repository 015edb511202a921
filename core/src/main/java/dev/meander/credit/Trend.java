package dev.meander.credit;

import java.util.function.Function;

/** Where a trajectory is said to go, which a turning point turns towards. */
public enum Trend {
  /** From the step to the end, {@code R[n] - R[j-1]}: the text of TP-GRPO's paper. */
  REMAINING(trace -> trace::aggregated),
  /** The whole trajectory, {@code R[n] - R[0]}: the paper's figure and the released code. */
  OVERALL(trace -> (i, j) -> trace.overall(i));

  private final Function<RewardTrace, RewardTrace.PerStep> gain;

  Trend(Function<RewardTrace, RewardTrace.PerStep> gain) {
    this.gain = gain;
  }

  /**
   * {@code S(j) = sign(r[j]) * sign(trend(j))}: 1 when step {@code j} goes with the trend, -1 when
   * against it.
   */
  double agreement(RewardTrace trace, int i, int j) {
    return Math.signum(trace.incremental(i, j)) * Math.signum(gain.apply(trace).of(i, j));
  }

  /** {@code S(j-1) < 0 and S(j) > 0}, for {@code j >= 2}. */
  boolean turnsAt(RewardTrace trace, int i, int j) {
    return agreement(trace, i, j - 1) < 0 && agreement(trace, i, j) > 0;
  }
}
