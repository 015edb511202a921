package dev.meander.internal.report;

import java.util.List;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * One curve of a chart.
 *
 * @param steps where its points lie, ascending
 * @param values one for each step; NaN where there is none
 */
record Line(String name, Look look, double[] steps, double[] values) {
  /** How a curve is drawn. */
  enum Look {
    /** As it is. */
    PLAIN,
    /** Faint as it is, and bold as a running mean. */
    SMOOTHED,
    /** With a dot at every point. */
    DOTTED
  }

  private static final double WIDEST = 20;

  static <E> Line of(
      String name, Look look, List<E> events, ToDoubleFunction<E> step, ToDoubleFunction<E> value) {
    return new Line(
        name,
        look,
        events.stream().mapToDouble(step).toArray(),
        events.stream().mapToDouble(value).toArray());
  }

  /**
   * A running mean with Gaussian weights, about a twenty-fifth of the points wide.
   *
   * @param logarithmic whether to take the geometric mean, over the positive values
   */
  Line smoothed(boolean logarithmic) {
    int n = values.length;
    double width = Math.max(1, Math.min(WIDEST, n / 50.0));
    int reach = (int) Math.ceil(3 * width);
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      double sum = 0;
      double weights = 0;
      for (int j = Math.max(0, i - reach); j <= Math.min(n - 1, i + reach); j++) {
        double value = logarithmic ? Math.log(values[j]) : values[j];
        if (Double.isFinite(value)) {
          double weight = Math.exp(-0.5 * (i - j) * (i - j) / (width * width));
          sum += weight * value;
          weights += weight;
        }
      }
      double mean = sum / weights; // NaN where there is nothing to take the mean of
      means[i] = logarithmic ? Math.exp(mean) : mean;
    }
    return new Line(name, Look.PLAIN, steps, means);
  }

  /**
   * At most about {@code limit} of the points: of every stretch of equal length its lowest and its
   * highest, so that no peak is lost.
   */
  int[] thinned(int limit) {
    int n = values.length;
    if (n <= limit) {
      return IntStream.range(0, n).toArray();
    }
    int stretches = limit / 2;
    TreeSet<Integer> kept = new TreeSet<>(List.of(0, n - 1));
    for (int s = 0; s < stretches; s++) {
      int from = (int) ((long) n * s / stretches);
      int to = (int) ((long) n * (s + 1) / stretches);
      int low = from;
      int high = from;
      for (int i = from; i < to; i++) {
        low = values[i] < values[low] || Double.isNaN(values[low]) ? i : low;
        high = values[i] > values[high] || Double.isNaN(values[high]) ? i : high;
      }
      kept.add(low);
      kept.add(high);
    }
    return kept.stream().mapToInt(Integer::intValue).toArray();
  }
}
