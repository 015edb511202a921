package dev.meander.credit;

/** Whether step 1, which has no predecessor to turn from, may be a turning point. */
public enum FirstStep {
  /** When it goes with the trend, {@code S(1) > 0} (arXiv 2602.06422, Remark 5.2). */
  QUALIFIES {
    @Override
    boolean isTurningPoint(RewardTrace trace, int i) {
      return Trend.OVERALL.agreement(trace, i, 1) > 0; // at step 1 both trends are the same
    }
  },
  /** Never. */
  NEVER {
    @Override
    boolean isTurningPoint(RewardTrace trace, int i) {
      return false;
    }
  };

  abstract boolean isTurningPoint(RewardTrace trace, int i);
}
