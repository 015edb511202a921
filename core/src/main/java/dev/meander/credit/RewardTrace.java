package dev.meander.credit;

/**
 * What one reward said about a rollout.
 *
 * <p>Each sample has either its final reward alone, or the rewards {@code R[0..n]} of the
 * completions after every trained step, the last being the final reward.
 *
 * @param steps the number n of trained steps
 * @param rewards {@code [N][1]} or {@code [N][n+1]}, finite
 * @param branchSteps {@code [N]}: for a branch the step that made it, 1 to n, whose reward alone it
 *     earns and after which only the ODE follows; 0 for a whole trajectory. Empty means all 0
 */
public record RewardTrace(int steps, double[][] rewards, int[] branchSteps) {
  public RewardTrace {
    if (steps < 1 || rewards.length == 0) {
      throw new IllegalArgumentException(
          "a reward trace needs trained steps and samples, not %d and %d"
              .formatted(steps, rewards.length));
    }
    rewards = copy(rewards);
    int width = rewards[0].length;
    if (width != 1 && width != steps + 1) {
      throw new IllegalArgumentException(
          "a sample of %d trained steps has 1 reward or %d, not %d"
              .formatted(steps, steps + 1, width));
    }
    for (int i = 0; i < rewards.length; i++) {
      requireRow(rewards[i], width, i);
    }
    if (branchSteps.length != 0 && branchSteps.length != rewards.length) {
      throw new IllegalArgumentException(
          "%d samples need as many branch steps, not %d"
              .formatted(rewards.length, branchSteps.length));
    }
    branchSteps = branchSteps.clone();
  }

  /** A trace of whole trajectories. */
  public RewardTrace(int steps, double[][] rewards) {
    this(steps, rewards, new int[0]);
  }

  /** A copy of the rewards. */
  @Override
  public double[][] rewards() {
    return copy(rewards);
  }

  /** A copy of the branch steps. */
  @Override
  public int[] branchSteps() {
    return branchSteps.clone();
  }

  /** The number of samples N. */
  public int samples() {
    return rewards.length;
  }

  /** Whether the completions after every step were scored too. */
  public boolean hasCompletions() {
    return rewards[0].length == steps + 1;
  }

  /** Whether anyone earns the reward of step {@code j}, 1 to n, of sample {@code i}. */
  public boolean isEarned(int i, int j) {
    return isWhole(i) || branchSteps[i] == j;
  }

  /** Whether sample {@code i} is a whole trajectory and not the end of one that branched off. */
  public boolean isWhole(int i) {
    return branchSteps.length == 0 || branchSteps[i] == 0;
  }

  /** The reward of sample {@code i}'s final image. */
  public double finalReward(int i) {
    return rewards[i][rewards[i].length - 1];
  }

  /** {@code R[j]} of sample {@code i}, j from 0 to n; needs completions. */
  public double reward(int i, int j) {
    return rewards[i][j];
  }

  /** What step {@code j} changed: {@code r[j] = R[j] - R[j-1]}, j from 1 to n. */
  public double incremental(int i, int j) {
    return rewards[i][j] - rewards[i][j - 1];
  }

  /** The gain from step {@code j} to the end: {@code agg[j] = R[n] - R[j-1]}, j from 1 to n. */
  public double aggregated(int i, int j) {
    return rewards[i][steps] - rewards[i][j - 1];
  }

  /** The gain of the whole trajectory, {@code R[n] - R[0]}. */
  public double overall(int i) {
    return rewards[i][steps] - rewards[i][0];
  }

  /**
   * For rules that look at more than the final reward.
   *
   * @throws IllegalArgumentException when the completions were not scored
   */
  public void requireCompletions() {
    if (!hasCompletions()) {
      throw new IllegalArgumentException(
          "this credit rule needs %d rewards a sample (before and after each of the %d steps), not the final one alone"
              .formatted(steps + 1, steps));
    }
  }

  /** A number for each sample and step. */
  public interface PerStep {
    /** The number of sample {@code i}, from 0, at step {@code j}, 1 to n. */
    double of(int i, int j);
  }

  /** That number of every sample and step, {@code [N][n]}. */
  public double[][] each(PerStep number) {
    double[][] all = new double[samples()][steps];
    for (int i = 0; i < all.length; i++) {
      for (int j = 1; j <= steps; j++) {
        all[i][j - 1] = number.of(i, j);
      }
    }
    return all;
  }

  private static void requireRow(double[] row, int width, int sample) {
    if (row.length != width) {
      throw new IllegalArgumentException(
          "sample %d has %d rewards, sample 0 has %d".formatted(sample, row.length, width));
    }
    for (double reward : row) {
      if (!Double.isFinite(reward)) {
        throw new IllegalArgumentException("sample %d has the reward %s".formatted(sample, reward));
      }
    }
  }

  private static double[][] copy(double[][] rows) {
    double[][] copy = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      copy[i] = rows[i].clone();
    }
    return copy;
  }
}
