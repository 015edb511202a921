package dev.meander.advantage;

import java.util.Arrays;

/** Mean, median and standard deviation. */
public final class Statistics {
  private Statistics() {}

  /** The arithmetic mean. */
  public static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /** The middle value, or the mean of the two in the middle; NaN where there is none. */
  public static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n == 0 ? Double.NaN : (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
  }

  /** The standard deviation of the values themselves, as NumPy's default defines it. */
  static double std(double[] values) {
    return Math.sqrt(squares(values) / values.length);
  }

  /** The standard deviation that a sample estimates, with n - 1; NaN for one value. */
  public static double sampleStd(double[] values) {
    return Math.sqrt(squares(values) / (values.length - 1));
  }

  private static double squares(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return squares;
  }

  static boolean allEqual(double[] values) {
    for (double value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  static double[] select(double[] values, int[] indices) {
    double[] selected = new double[indices.length];
    for (int i = 0; i < indices.length; i++) {
      selected[i] = values[indices[i]];
    }
    return selected;
  }

  /** Column {@code j} of rows. */
  static double[] column(double[][] rows, int j) {
    double[] column = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      column[i] = rows[i][j];
    }
    return column;
  }
}
