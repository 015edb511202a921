package dev.meander.cli.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A number with its 95% interval, by the percentiles of a bootstrap.
 *
 * @param value the value of the trainings as they are
 */
record Estimate(double value, double low, double high) {
  /** As many as rliable's examples: percentiles of fewer wander. */
  static final int REPETITIONS = 2000;

  private static final long SEED = 2108_13264;

  /**
   * Of some statistics of all variants' tables.
   *
   * @param statistics what the variants' tables, each {@code [run][task]}, give
   */
  static List<Estimate> of(
      Draw draw,
      int repetitions,
      List<Scores> variants,
      List<Function<List<double[][]>, Double>> statistics) {
    SplittableRandom random = new SplittableRandom(SEED);
    double[][] drawn = new double[statistics.size()][repetitions];
    for (int r = 0; r < repetitions; r++) {
      List<double[][]> tables = draw.tables(variants, random);
      for (int s = 0; s < drawn.length; s++) {
        drawn[s][r] = statistics.get(s).apply(tables);
      }
    }
    List<double[][]> own = variants.stream().map(Scores::table).toList();
    List<Estimate> estimates = new ArrayList<>();
    for (int s = 0; s < drawn.length; s++) {
      Arrays.sort(drawn[s]);
      estimates.add(
          new Estimate(
              statistics.get(s).apply(own), quantile(drawn[s], 0.025), quantile(drawn[s], 0.975)));
    }
    return estimates;
  }

  /** The mean over tasks and runs. */
  static double mean(double[][] table) {
    return Arrays.stream(table).flatMapToDouble(Arrays::stream).average().orElseThrow();
  }

  /** The interquartile mean over tasks and runs: without the lowest and the highest quarter. */
  static double interquartileMean(double[][] table) {
    double[] all = Arrays.stream(table).flatMapToDouble(Arrays::stream).sorted().toArray();
    int cut = all.length / 4;
    return Arrays.stream(all, cut, all.length - cut).average().orElseThrow();
  }

  /**
   * The probability that a run of {@code a} is above one of {@code b} on a task, as a mean over
   * tasks; equal ones count one half.
   */
  static double improvement(double[][] a, double[][] b) {
    return IntStream.range(0, a[0].length)
        .mapToDouble(
            task -> {
              double above = 0;
              for (double[] x : a) {
                for (double[] y : b) {
                  above += x[task] > y[task] ? 1 : x[task] == y[task] ? 0.5 : 0;
                }
              }
              return above / (a.length * b.length);
            })
        .average()
        .orElseThrow();
  }

  private static double quantile(double[] sorted, double share) {
    double at = share * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /** Whether {@code other} lies outside of the interval. */
  boolean differsFrom(double other) {
    return low > other || high < other;
  }

  /** {@code [-0.010, 0.034]}. */
  String interval() {
    return String.format(Locale.ROOT, "[%.3f, %.3f]", low, high);
  }

  ObjectNode into(ObjectNode node) {
    return node.put("value", value).put("low", low).put("high", high);
  }
}
