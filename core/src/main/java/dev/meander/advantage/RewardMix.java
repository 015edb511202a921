package dev.meander.advantage;

import java.util.List;

/** How several rewards become one advantage. */
public sealed interface RewardMix permits WeightedSum, DecoupledSum, Gdpo {
  /** One weight for each reward, in order. */
  List<Double> weights();

  /**
   * The advantages of all rewards together.
   *
   * @param normalizer groups, spread and clamp
   * @param groupIds {@code [N]}
   * @param rewards M rewards {@code [N][n]}, in the order of the weights
   */
  Advantages advantages(GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards);
}
