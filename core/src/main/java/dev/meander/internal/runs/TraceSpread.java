package dev.meander.internal.runs;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How the numbers of one rollout are spread: {@link #SHARES} of its samples lie below each.
 *
 * @param rollout the rollout's number, counted from 1
 * @param steps the stochastic ones, by their number in the schedule
 * @param rewards by reward, those of all images that its samples were finished to
 * @param credit the credit by reward and step
 * @param advantages the advantages by step
 * @param turning the share of turning points among the samples, of each reward by step
 */
public record TraceSpread(
    long rollout,
    int[] steps,
    Map<String, float[]> rewards,
    Map<String, List<float[]>> credit,
    List<float[]> advantages,
    Map<String, float[]> turning) {
  /** The quantiles that are shown: lowest, 10%, 25%, median, 75%, 90%, highest. */
  public static final List<Double> SHARES = List.of(0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0);

  static TraceSpread of(RolloutTrace trace) {
    int n = trace.steps().length;
    Map<String, float[]> rewards = new LinkedHashMap<>();
    Map<String, List<float[]>> credit = new LinkedHashMap<>();
    Map<String, float[]> turning = new LinkedHashMap<>();
    List<RolloutTrace.Term> first =
        trace.rows().isEmpty() ? List.of() : trace.rows().get(0).terms();
    for (int r = 0; r < first.size(); r++) {
      int term = r;
      String name = first.get(r).name();
      rewards.put(name, quantiles(trace, row -> row.terms().get(term).rewards()));
      credit.put(name, bySteps(n, trace, row -> row.terms().get(term).credit()));
      float[] share = new float[n];
      for (RolloutTrace.Row row : trace.rows()) {
        for (int j = 0; j < n; j++) {
          share[j] += row.terms().get(term).turningPoints()[j] ? 1f / trace.rows().size() : 0;
        }
      }
      turning.put(name, share);
    }
    return new TraceSpread(
        trace.rollout(),
        trace.steps(),
        rewards,
        credit,
        bySteps(n, trace, RolloutTrace.Row::advantages),
        turning);
  }

  private static List<float[]> bySteps(
      int n, RolloutTrace trace, Function<RolloutTrace.Row, float[]> numbers) {
    float[][] steps = new float[n][];
    for (int j = 0; j < n; j++) {
      int step = j;
      steps[j] = quantiles(trace, row -> new float[] {numbers.apply(row)[step]});
    }
    return List.of(steps);
  }

  private static float[] quantiles(
      RolloutTrace trace, Function<RolloutTrace.Row, float[]> numbers) {
    double[] all =
        trace.rows().stream()
            .map(numbers)
            .flatMapToDouble(
                row -> {
                  double[] wide = new double[row.length];
                  Arrays.setAll(wide, i -> row[i]);
                  return Arrays.stream(wide);
                })
            .filter(Double::isFinite)
            .sorted()
            .toArray();
    float[] quantiles = new float[SHARES.size()];
    for (int q = 0; q < quantiles.length; q++) {
      quantiles[q] = all.length == 0 ? Float.NaN : (float) quantile(all, SHARES.get(q));
    }
    return quantiles;
  }

  /** The quantile, between the two nearest values, as NumPy takes it. */
  private static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
