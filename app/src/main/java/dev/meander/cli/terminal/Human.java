package dev.meander.cli.terminal;

import java.util.Locale;

/** Numbers as people read them; the same in every locale. */
final class Human {
  private Human() {}

  /** {@code 0.8s}, {@code 12s}, {@code 5m12s}, {@code 1h05m}, {@code 2d03h}. */
  static String duration(double seconds) {
    if (!(seconds >= 0) || Double.isInfinite(seconds)) {
      return "?";
    }
    if (seconds < 9.95) {
      return String.format(Locale.ROOT, "%.1fs", seconds);
    }
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + "s";
    }
    if (whole < 3600) {
      return pair(whole, 60, "m", 1, "s");
    }
    return whole < 86400 ? pair(whole, 3600, "h", 60, "m") : pair(whole, 86400, "d", 3600, "h");
  }

  private static String pair(long seconds, long large, String first, long small, String second) {
    return String.format(
        Locale.ROOT, "%d%s%02d%s", seconds / large, first, seconds % large / small, second);
  }

  /** Three decimals, or scientific notation where those say too little; {@code -} for NaN. */
  static String number(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "-";
    }
    if (size == 0 || size >= 0.01 && size < 100) {
      return String.format(Locale.ROOT, "%.3f", value);
    }
    return size >= 100 && size < 1e6
        ? String.format(Locale.ROOT, "%,.1f", value)
        : String.format(Locale.ROOT, "%.2e", value);
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Speed as {@code 3.4 images/s}, or as {@code 5.1s/image} where it is below one a second. */
  static String rate(double perSecond, String unit, String one) {
    if (!(perSecond > 0) || Double.isInfinite(perSecond)) {
      return "";
    }
    return perSecond >= 1
        ? String.format(Locale.ROOT, perSecond < 10 ? "%.1f %s/s" : "%,.0f %s/s", perSecond, unit)
        : duration(1 / perSecond) + "/" + one;
  }
}
