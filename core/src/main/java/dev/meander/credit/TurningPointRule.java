package dev.meander.credit;

import dev.meander.config.Variants;
import java.util.function.BiPredicate;

/**
 * Rules whose turning points earn the aggregated reward {@code agg[j] = R[n] - R[j-1]} and whose
 * other steps earn the incremental {@code r[j]} (TP-GRPO, arXiv 2602.06422); they differ in what
 * counts as a turning point.
 *
 * <p>{@code sign(0) = 0}: a step that changes nothing is never a turning point. Nor is the step
 * that a branch leaves its trunk by: the ODE alone follows it, so {@code agg = r}, and a mark would
 * pay nothing. Such steps are neither marked nor balanced.
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
    return balanced(trace, (i, j) -> trace.isWhole(i) || !trace.isEarned(i, j));
  }

  /** All turning points after balancing, for rules that pay more than {@code agg} for one. */
  default boolean[][] allTurningPoints(RewardTrace trace) {
    return balanced(trace, (i, j) -> true);
  }

  private boolean[][] balanced(RewardTrace trace, BiPredicate<Integer, Integer> counts) {
    trace.requireCompletions();
    boolean[][] points = new boolean[trace.samples()][trace.steps()];
    for (int i = 0; i < points.length; i++) {
      for (int j = 1; j <= trace.steps(); j++) {
        points[i][j - 1] = counts.test(i, j) && isTurningPoint(trace, i, j);
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
