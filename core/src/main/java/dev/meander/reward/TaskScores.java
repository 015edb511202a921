package dev.meander.reward;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Mean scores by task.
 *
 * @param means the means by tag, GenEval's six first and in its order, then others by name; only
 *     tags with samples
 */
public record TaskScores(Map<String, Double> means) {

  /** Averages {@code scores[i]} over the samples with the same {@code tags[i]}. */
  public static TaskScores of(List<String> tags, double[] scores) {
    if (tags.size() != scores.length) {
      throw new IllegalArgumentException(tags.size() + " tags for " + scores.length + " scores");
    }
    Map<String, double[]> sums = new TreeMap<>();
    for (int i = 0; i < scores.length; i++) {
      double[] sum = sums.computeIfAbsent(tags.get(i), tag -> new double[2]);
      sum[0] += scores[i];
      sum[1]++;
    }
    List<String> order = new ArrayList<>(GenEvalMetadata.TAGS);
    sums.keySet().stream().filter(tag -> !order.contains(tag)).forEach(order::add);
    Map<String, Double> means = new LinkedHashMap<>();
    for (String tag : order) {
      if (sums.containsKey(tag)) {
        means.put(tag, sums.get(tag)[0] / sums.get(tag)[1]);
      }
    }
    return new TaskScores(means);
  }

  /**
   * GenEval's overall score: the mean over its tasks, not over samples; tasks without samples are
   * left out, other tags such as {@code text} never enter; empty when none of the six has samples.
   */
  public OptionalDouble overall() {
    return GenEvalMetadata.TAGS.stream()
        .filter(means::containsKey)
        .mapToDouble(means::get)
        .average();
  }
}
