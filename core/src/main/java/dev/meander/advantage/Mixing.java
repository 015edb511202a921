package dev.meander.advantage;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;

/** Arithmetic that the reward mixes share. */
final class Mixing {
  private Mixing() {}

  /** {@code sum_m weight[m] * rows[m]}, {@code [N][n]}. */
  static double[][] weightedSum(List<Double> weights, List<double[][]> rows) {
    if (weights.isEmpty() || !weights.stream().allMatch(Double::isFinite)) {
      throw new UserError("every reward needs a finite weight, not " + weights);
    }
    if (weights.size() != rows.size()) {
      throw new IllegalArgumentException(
          "%d weights for %d rewards".formatted(weights.size(), rows.size()));
    }
    double[][] first = rows.get(0);
    double[][] sum = new double[first.length][first.length == 0 ? 0 : first[0].length];
    for (int m = 0; m < rows.size(); m++) {
      for (int i = 0; i < sum.length; i++) {
        for (int j = 0; j < sum[i].length; j++) {
          sum[i][j] += weights.get(m) * rows.get(m)[i][j];
        }
      }
    }
    return sum;
  }

  /**
   * Each reward standardised within its groups, then summed; without spread where no reward has
   * any.
   */
  static Standardized decoupled(
      List<Double> weights, GroupAdvantage normalizer, long[] groupIds, List<double[][]> rewards) {
    List<Standardized> parts = new ArrayList<>();
    for (double[][] reward : rewards) {
      parts.add(normalizer.standardize(groupIds, reward));
    }
    double[][] sum = weightedSum(weights, parts.stream().map(Standardized::values).toList());
    boolean[][] zeroStd = parts.get(0).zeroStd();
    for (Standardized part : parts) {
      for (int g = 0; g < zeroStd.length; g++) {
        for (int j = 0; j < zeroStd[g].length; j++) {
          zeroStd[g][j] &= part.zeroStd()[g][j];
        }
      }
    }
    return new Standardized(sum, zeroStd);
  }
}
