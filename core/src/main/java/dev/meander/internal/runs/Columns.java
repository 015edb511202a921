package dev.meander.internal.runs;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** The numbers of all events of one type, a column for each field; NaN where one was not given. */
final class Columns {
  private static final int FIRST = 16;

  private final Map<String, double[]> columns = new LinkedHashMap<>();
  private int size;

  /** Adds an event. */
  void add(Map<String, Double> numbers) {
    numbers.forEach(
        (name, value) -> {
          double[] column = columns.computeIfAbsent(name, n -> filled(FIRST));
          if (column.length <= size) {
            int old = column.length;
            column = Arrays.copyOf(column, Math.max(2 * old, size + 1));
            Arrays.fill(column, old, column.length, Double.NaN);
            columns.put(name, column);
          }
          column[size] = value;
        });
    size++;
  }

  private static double[] filled(int length) {
    double[] column = new double[length];
    Arrays.fill(column, Double.NaN);
    return column;
  }

  Iterable<String> names() {
    return columns.keySet();
  }

  /** A field of every event. */
  double[] column(String name) {
    double[] column = columns.get(name);
    if (column == null) {
      return filled(size);
    }
    int old = Math.min(size, column.length);
    double[] whole = Arrays.copyOf(column, size);
    Arrays.fill(whole, old, size, Double.NaN);
    return whole;
  }

  /** How many numbers this holds in memory. */
  long values() {
    return columns.values().stream().mapToLong(c -> c.length).sum();
  }
}
