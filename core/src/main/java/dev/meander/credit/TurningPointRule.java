package dev.meander.credit;

import dev.meander.config.Variants;

/**
 * Rules whose turning points earn the aggregated reward {@code agg[j] = R[n] - R[j-1]} and whose
 * other steps earn the incremental {@code r[j]} (TP-GRPO, arXiv 2602.06422); they differ in what
 * counts as a turning point.
 *
 * <p>{@code sign(0) = 0}: a step that changes nothing is never a turning point.
 */
@Variants({
  TurningPointCredit.class,
  ConsistentTurningPointCredit.class,
  AnyFlipCredit.class,
  PositiveFlipCredit.class
})
public interface TurningPointRule extends PointCredit {
  /** Whether step {@code j}, 1 to n, of sample {@code i} is a turning point, before balancing. */
  boolean isTurningPoint(RewardTrace trace, int i, int j);

  /** Which of them remain. */
  Balance balance();

  @Override
  default boolean[][] turningPoints(RewardTrace trace) {
    trace.requireCompletions();
    boolean[][] points = new boolean[trace.samples()][trace.steps()];
    for (int i = 0; i < points.length; i++) {
      for (int j = 1; j <= trace.steps(); j++) {
        points[i][j - 1] = isTurningPoint(trace, i, j);
      }
    }
    return balance().of(trace, points);
  }

  @Override
  default double[][] pay(RewardTrace trace, boolean[][] points) {
    return trace.each(
        (i, j) -> points[i][j - 1] ? trace.aggregated(i, j) : trace.incremental(i, j));
  }
}
