package dev.meander.event;

import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * How many values lie where: equal buckets from the smallest to the largest.
 *
 * @param min the smallest value
 * @param max the largest
 * @param sum the sum of all values
 * @param squares the sum of their squares
 * @param limits the upper end of each bucket
 * @param counts the values in each bucket
 */
record Histogram(
    double min, double max, double sum, double squares, double[] limits, double[] counts) {
  private static final int BUCKETS = 30;

  /** The histogram of the finite values; with none at all every number is 0. */
  static Histogram of(float[] values) {
    double[] finite =
        IntStream.range(0, values.length)
            .mapToDouble(i -> values[i])
            .filter(Double::isFinite)
            .toArray();
    if (finite.length == 0) {
      return new Histogram(0, 0, 0, 0, new double[0], new double[0]);
    }
    double min = DoubleStream.of(finite).min().orElseThrow();
    double max = DoubleStream.of(finite).max().orElseThrow();
    int buckets = max > min ? BUCKETS : 1;
    double width = (max - min) / buckets;
    double[] limits =
        IntStream.rangeClosed(1, buckets)
            .mapToDouble(i -> i == buckets ? max : min + i * width)
            .toArray();
    double[] counts = new double[buckets];
    for (double value : finite) {
      counts[buckets == 1 ? 0 : (int) Math.min(buckets - 1, (value - min) / width)]++;
    }
    double squares = DoubleStream.of(finite).map(v -> v * v).sum();
    return new Histogram(min, max, DoubleStream.of(finite).sum(), squares, limits, counts);
  }

  double count() {
    return DoubleStream.of(counts).sum();
  }
}
