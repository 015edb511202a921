package dev.meander.internal.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Where a value lies between the two ends of a chart, and which values are written beside it.
 *
 * @param low value at 0
 * @param high value at 1
 */
record Axis(double low, double high, boolean logarithmic, List<Tick> ticks) {
  record Tick(double value, String text) {}

  private static final int MOST_TICKS = 5;

  /** A linear axis around the values; it begins at zero where that costs little room. */
  static Axis linear(double min, double max) {
    double low = min >= 0 && min < 0.5 * max ? 0 : min;
    double high = max;
    if (high - low <= 1e-5 * Math.max(Math.abs(low), Math.abs(high))) {
      double room = high == 0 ? 1 : Math.abs(high) * 0.1;
      low -= room;
      high += room;
    }
    double step = step(high - low, MOST_TICKS);
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
    return new Axis(low, high, false, linearTicks(low, high, step));
  }

  /** An axis that ends exactly at the given values, for steps. */
  static Axis exact(double min, double max) {
    double high = max > min ? max : min + 1;
    double step = Math.max(1, step(high - min, MOST_TICKS));
    return new Axis(min, high, false, linearTicks(Math.ceil(min / step) * step, high, step));
  }

  /** A logarithmic axis from power of ten to power of ten; the values are positive. */
  static Axis logarithmic(double min, double max) {
    int from = (int) Math.floor(Math.log10(min) + 1e-9);
    int to = Math.max(from + 1, (int) Math.ceil(Math.log10(max) - 1e-9));
    int every = (to - from + MOST_TICKS - 1) / MOST_TICKS;
    List<Tick> ticks = new ArrayList<>();
    for (int power = from; power <= to; power += every) {
      ticks.add(new Tick(Math.pow(10, power), powerOfTen(power)));
    }
    return new Axis(Math.pow(10, from), Math.pow(10, to), true, ticks);
  }

  /** 0 at the low end, 1 at the high end. */
  double position(double value) {
    if (!logarithmic) {
      return (value - low) / (high - low);
    }
    double clamped = Math.max(low, Math.min(high, value));
    return Math.log(clamped / low) / Math.log(high / low);
  }

  private static double step(double range, int most) {
    double raw = range / most;
    double unit = Math.pow(10, Math.floor(Math.log10(raw)));
    for (double factor : new double[] {1, 2, 5}) {
      if (factor * unit >= raw * (1 - 1e-9)) {
        return factor * unit;
      }
    }
    return 10 * unit;
  }

  private static List<Tick> linearTicks(double low, double high, double step) {
    int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    List<Tick> ticks = new ArrayList<>();
    for (int i = 0; low + i * step <= high + step * 1e-6; i++) {
      double value = low + i * step;
      ticks.add(new Tick(value, tickText(value, step, decimals)));
    }
    return ticks;
  }

  private static String tickText(double value, double step, int decimals) {
    if (Math.abs(value) < step / 2) {
      return "0";
    }
    if (decimals > 4 || Math.abs(value) >= 1e6) {
      int digits = Math.max(0, exponent(value) - exponent(step)); // enough to tell ticks apart
      return String.format(Locale.ROOT, "%." + digits + "e", value).replaceFirst("^-", "\u2212");
    }
    return String.format(Locale.ROOT, "%,." + decimals + "f", value).replace('-', '\u2212');
  }

  private static int exponent(double value) {
    return (int) Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  }

  static String powerOfTen(int power) {
    if (power >= -2 && power <= 3) {
      return power >= 0
          ? String.format(Locale.ROOT, "%,d", (long) Math.pow(10, power))
          : String.format(Locale.ROOT, "%." + -power + "f", Math.pow(10, power));
    }
    StringBuilder text = new StringBuilder("10");
    for (char c : Integer.toString(power).toCharArray()) {
      text.append(
          c == '-'
              ? '\u207b'
              : "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079".charAt(c - '0'));
    }
    return text.toString();
  }
}
