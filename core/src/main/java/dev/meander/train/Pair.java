package dev.meander.train;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One sample at one of the rollout's stochastic steps.
 *
 * @param row the sample's row in the rollout
 * @param step which of the steps
 */
record Pair(int row, int step) {
  /**
   * Cuts pairs into parts with nearly equally many each, whose pairs are in the order of the steps.
   *
   * @param pairs the pairs in the order of their rows, so that most of a part were sampled together
   */
  static List<List<Pair>> parts(List<Pair> pairs, int count) {
    List<List<Pair>> parts = new ArrayList<>();
    for (int p = 0; p < count; p++) {
      int from = (int) ((long) pairs.size() * p / count);
      int to = (int) ((long) pairs.size() * (p + 1) / count);
      parts.add(
          pairs.subList(from, to).stream()
              .sorted(Comparator.comparingInt(Pair::step).thenComparingInt(Pair::row))
              .toList());
    }
    return parts;
  }
}
