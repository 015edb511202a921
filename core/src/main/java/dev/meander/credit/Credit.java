package dev.meander.credit;

/**
 * What a rule made of a trace.
 *
 * @param stepRewards {@code [N][n]}
 * @param turningPoints {@code [N][n]}: the steps that earned for what came after them too; all
 *     false under rules without turning points
 */
public record Credit(double[][] stepRewards, boolean[][] turningPoints) {
  /**
   * A credit without turning points.
   *
   * @param stepRewards {@code [N][n]}
   */
  public static Credit plain(double[][] stepRewards) {
    return new Credit(stepRewards, new boolean[stepRewards.length][stepRewards[0].length]);
  }
}
