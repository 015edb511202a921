package dev.meander.advantage;

import dev.meander.config.Variant;
import java.util.List;

/**
 * The raw rewards are weighted and summed, then normalised once: a reward with a wide spread
 * dominates the others.
 */
@Variant("weighted_sum")
public record WeightedSum() implements RewardMix {
  @Override
  public Advantages advantages(
      GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards, List<Double> weights) {
    return normalizer.advantages(groupIds, Mixing.weightedSum(weights, rewards));
  }
}
