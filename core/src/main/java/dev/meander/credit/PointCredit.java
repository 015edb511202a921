package dev.meander.credit;

import dev.meander.config.Variants;

/** Rules that find turning points first and then pay by them. */
@Variants({TurningPointRule.class, BonusCredit.class, PropagatedCredit.class})
public interface PointCredit extends CreditRule {
  @Override
  default boolean needsCompletions() {
    return true;
  }

  @Override
  default boolean needsTrajectories() {
    return true;
  }

  /** The turning points, {@code [N][n]}. */
  boolean[][] turningPoints(RewardTrace trace);

  /**
   * What every step earns.
   *
   * @param points {@code [N][n]}; all false for what the rule pays without turning points
   * @return {@code [N][n]}
   */
  double[][] pay(RewardTrace trace, boolean[][] points);

  @Override
  default Credit assign(RewardTrace trace) {
    trace.requireCompletions();
    boolean[][] points = turningPoints(trace);
    return new Credit(pay(trace, points), points);
  }
}
