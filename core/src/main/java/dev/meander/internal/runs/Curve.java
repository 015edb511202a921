package dev.meander.internal.runs;

import java.util.Arrays;

/** Points of a curve, in the order of events. */
public record Curve(double[] x, double[] y) {
  /** Leaves out what is not a number, and thins what is more than about {@code most} points. */
  static Curve of(double[] x, double[] y, int most) {
    int[] known = new int[y.length];
    int n = 0;
    for (int i = 0; i < y.length; i++) {
      if (Double.isFinite(y[i]) && Double.isFinite(x[i])) {
        known[n++] = i;
      }
    }
    int[] kept = thinned(Arrays.copyOf(known, n), y, most);
    return new Curve(
        Arrays.stream(kept).mapToDouble(i -> x[i]).toArray(),
        Arrays.stream(kept).mapToDouble(i -> y[i]).toArray());
  }

  /** Keeps the lowest and the highest of every stretch, so that no peak is lost. */
  private static int[] thinned(int[] points, double[] y, int most) {
    if (points.length <= most) {
      return points;
    }
    int stretches = Math.max(1, most / 2);
    int[] kept = new int[2 * stretches];
    int n = 0;
    for (int s = 0; s < stretches; s++) {
      int from = (int) ((long) points.length * s / stretches);
      int to = (int) ((long) points.length * (s + 1) / stretches);
      int low = points[from];
      int high = points[from];
      for (int i = from; i < to; i++) {
        low = y[points[i]] < y[low] ? points[i] : low;
        high = y[points[i]] > y[high] ? points[i] : high;
      }
      kept[n++] = Math.min(low, high);
      if (low != high) {
        kept[n++] = Math.max(low, high);
      }
    }
    return Arrays.copyOf(kept, n);
  }
}
