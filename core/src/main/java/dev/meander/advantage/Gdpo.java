package dev.meander.advantage;

import dev.meander.config.Variant;
import java.util.List;

/**
 * {@link DecoupledSum} with the deviations of the groups, whatever the method's, then divided by
 * the spread of the batch, so that the scale of the advantages does not grow with the number of
 * rewards (GDPO, arXiv 2601.05242).
 *
 * <p>The paper also subtracts the batch's mean; it is 0 already, because every group's is.
 */
@Variant("gdpo")
public record Gdpo() implements RewardMix {
  @Override
  public Advantages advantages(
      GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards, List<Double> weights) {
    GroupAdvantage own =
        new GroupAdvantage(normalizer.groupSize(), new GroupStd(), normalizer.limit());
    Standardized sum = Mixing.decoupled(weights, own, groupIds, rewards);
    double[][] values = sum.values();
    for (int j = 0; j < values[0].length; j++) {
      double std = Statistics.std(Statistics.column(values, j)) + GroupAdvantage.EPSILON;
      for (double[] row : values) {
        row[j] /= std;
      }
    }
    return sum.clamp(normalizer.limit());
  }
}
