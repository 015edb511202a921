package dev.meander.advantage;

import dev.meander.config.UserError;
import java.util.List;

/**
 * The group-relative advantage {@code A = (R - mean_group) / (std + 1e-4)}, clamped (Flow-GRPO,
 * arXiv 2505.05470).
 *
 * <p>Each trained step is normalised by itself. Standard deviations are those of the population, as
 * in the reference implementation. A group whose rewards are all equal gets exactly 0.
 *
 * @param groupSize the number G of samples that every group must have; at least 2
 * @param scope whether the spread is the group's or the batch's
 * @param limit advantages are clamped to {@code +-limit}; usually 5
 */
public record GroupAdvantage(int groupSize, StdScope scope, double limit) {
  static final double EPSILON = 1e-4;

  public GroupAdvantage {
    if (groupSize < 2) {
      throw new UserError("groupSize must be at least 2 to compare rewards, not " + groupSize);
    }
    if (!(limit > 0)) {
      throw new UserError("the advantage limit must be above 0 (usually 5), not " + limit);
    }
  }

  /**
   * The advantages of one reward.
   *
   * @param groupIds {@code [N]}
   * @param rewards {@code [N][n]}, finite; n = 1 for one reward a sample
   * @throws IllegalArgumentException when a group has the wrong size or a reward is not finite
   */
  public Advantages advantages(long[] groupIds, double[][] rewards) {
    return standardize(groupIds, rewards).clamp(limit);
  }

  /**
   * The advantages of one reward in any groups, also of different sizes; a group of one has no
   * spread.
   *
   * @param groups the sample indices of each group
   * @param limit advantages are clamped to plus and minus this
   */
  public static Advantages advantages(
      List<int[]> groups, StdScope scope, double[][] rewards, double limit) {
    return standardize(groups, scope, rewards).clamp(limit);
  }

  Standardized standardize(long[] groupIds, double[][] rewards) {
    requireRewards(groupIds, rewards);
    return standardize(Groups.of(groupIds, groupSize), scope, rewards);
  }

  /** Any groups, also of different sizes; a group of one has no spread. */
  static Standardized standardize(List<int[]> groups, StdScope scope, double[][] rewards) {
    int steps = rewards[0].length;
    double[][] values = new double[rewards.length][steps];
    boolean[][] zeroStd = new boolean[groups.size()][steps];
    for (int step = 0; step < steps; step++) {
      double[] batch = Statistics.column(rewards, step);
      for (int g = 0; g < groups.size(); g++) {
        int[] group = groups.get(g);
        double[] own = Statistics.select(batch, group);
        zeroStd[g][step] = Statistics.allEqual(own);
        if (!zeroStd[g][step]) {
          double mean = Statistics.mean(own);
          double std = scope.std(batch, group) + EPSILON;
          for (int i : group) {
            values[i][step] = (batch[i] - mean) / std;
          }
        }
      }
    }
    return new Standardized(values, zeroStd);
  }

  private static void requireRewards(long[] groupIds, double[][] rewards) {
    if (rewards.length == 0 || rewards.length != groupIds.length || rewards[0].length == 0) {
      throw new IllegalArgumentException(
          "advantages need one row of rewards for each of %d group ids, not %d rows"
              .formatted(groupIds.length, rewards.length));
    }
    for (int i = 0; i < rewards.length; i++) {
      if (rewards[i].length != rewards[0].length) {
        throw new IllegalArgumentException(
            "sample %d has %d steps, sample 0 has %d"
                .formatted(i, rewards[i].length, rewards[0].length));
      }
      for (double reward : rewards[i]) {
        if (!Double.isFinite(reward)) {
          throw new IllegalArgumentException(
              "sample %d of group %d has the reward %s".formatted(i, groupIds[i], reward));
        }
      }
    }
  }
}
