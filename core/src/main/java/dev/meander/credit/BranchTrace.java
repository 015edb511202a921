package dev.meander.credit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What one reward said about branches that leave a trunk: N rows, each with one branch at every
 * step.
 *
 * @param branches {@code [N][n]}: the reward of row i's branch from step j, finished by the ODE
 * @param trunk {@code [N][n+1]}: {@code R[0..n]} of the trunk that row i's branches leave; empty
 *     when it was not scored
 * @param onTrunk {@code [N]}: whether row i is the trunk itself
 */
public record BranchTrace(double[][] branches, double[][] trunk, boolean[] onTrunk) {
  public BranchTrace {
    if (onTrunk.length != branches.length || trunk.length != 0 && trunk.length != onTrunk.length) {
      throw new IllegalArgumentException(
          "%d rows of branches need as many of trunks (%d) and marks (%d)"
              .formatted(branches.length, trunk.length, onTrunk.length));
    }
  }

  /**
   * The reward of every branch under a rule.
   *
   * <p>A rule that looks at the final reward alone gives each branch its own. Any other sees each
   * branch as the end of a trajectory: the trunk's rewards up to the step, then the branch's, which
   * no later step changes. Rows on the trunk are seen as a whole.
   *
   * @param rollout 0 for the first of the run
   */
  public Credit assign(CreditRule rule, long rollout) {
    if (!rule.needsCompletions()) {
      return Credit.plain(Arrays.stream(branches).map(double[]::clone).toArray(double[][]::new));
    }
    if (trunk.length == 0) {
      throw new IllegalArgumentException("this credit rule needs the trunk's rewards");
    }
    int n = branches[0].length;
    List<double[]> rows = new ArrayList<>();
    List<boolean[]> earned = new ArrayList<>();
    int[][] at = new int[branches.length][n];
    for (int i = 0; i < branches.length; i++) {
      for (int j = 0; j < n; j++) {
        if (!onTrunk[i] || j == 0) {
          rows.add(onTrunk[i] ? trunk[i] : branch(i, j));
          earned.add(new boolean[n]);
        }
        at[i][j] = rows.size() - 1;
        earned.get(at[i][j])[j] = true;
      }
    }
    RewardTrace trace =
        new RewardTrace(n, rows.toArray(double[][]::new), earned.toArray(boolean[][]::new));
    Credit all = rule.assign(trace, rollout);
    double[][] rewards = new double[branches.length][n];
    boolean[][] points = new boolean[branches.length][n];
    for (int i = 0; i < branches.length; i++) {
      for (int j = 0; j < n; j++) {
        rewards[i][j] = all.stepRewards()[at[i][j]][j];
        points[i][j] = all.turningPoints()[at[i][j]][j];
      }
    }
    return new Credit(rewards, points);
  }

  private double[] branch(int i, int j) {
    double[] row = new double[trunk[i].length];
    System.arraycopy(trunk[i], 0, row, 0, j + 1);
    Arrays.fill(row, j + 1, row.length, branches[i][j]);
    return row;
  }
}
