package dev.meander.advantage;

import dev.meander.config.Variant;
import java.util.List;

/**
 * Each reward is normalised within its groups, then the advantages are weighted and summed, so that
 * each counts by its weight and not by its spread (DanceGRPO, arXiv 2505.07818).
 */
@Variant("decoupled_sum")
public record DecoupledSum() implements RewardMix {
  @Override
  public Advantages advantages(
      GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards, List<Double> weights) {
    return Mixing.decoupled(weights, normalizer, groupIds, rewards).clamp(normalizer.limit());
  }
}
