package dev.meander.credit;

/** Whether step 1, which has no predecessor to turn from, may be a turning point. */
public enum FirstStep {
  /** When it goes with the trend, {@code S(1) > 0} (arXiv 2602.06422, Remark 5.2). */
  QUALIFIES,
  /** Never. */
  NEVER;

  boolean isTurningPoint(RewardTrace trace, int i) {
    // At step 1 both trends are the same.
    return this == QUALIFIES && Trend.OVERALL.agreement(trace, i, 1) > 0;
  }
}
