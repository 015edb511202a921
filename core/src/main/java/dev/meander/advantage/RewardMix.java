package dev.meander.advantage;

import java.util.List;

/** How several rewards become one advantage. */
public sealed interface RewardMix permits WeightedSum, DecoupledSum, Gdpo {
  /**
   * The advantages of all rewards together.
   *
   * @param normalizer the comparison within groups and its clamp
   * @param groupIds {@code [N]}
   * @param rewards the M rewards, {@code [N][n]} each
   * @param weights the weight of each reward, in the same order
   * @throws dev.meander.config.UserError when there is no weight, or one that is not finite
   */
  Advantages advantages(
      GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards, List<Double> weights);
}
