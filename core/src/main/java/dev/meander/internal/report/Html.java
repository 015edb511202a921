package dev.meander.internal.report;

import java.util.Locale;

/** Text and numbers for a page. */
final class Html {
  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A value as the page shows it: three decimals, or powers of ten where those say too little. */
  static String number(double value) {
    double size = Math.abs(value);
    if (Double.isNaN(value)) {
      return "\u2013";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "\u221e" : "\u2212\u221e";
    }
    if (size >= 1000) {
      return String.format(Locale.ROOT, size < 1e7 ? "%,.0f" : "%.2e", value)
          .replace('-', '\u2212');
    }
    String format = size == 0 || size >= 0.01 ? "%.3f" : "%.1e";
    return String.format(Locale.ROOT, format, value).replaceFirst("^-", "\u2212");
  }

  /** A difference with its sign. */
  static String change(double difference) {
    return (difference > 0 ? "+" : "") + number(difference);
  }

  static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  static String duration(double seconds) {
    long whole = Math.round(seconds);
    if (whole < 60) {
      return whole + " s";
    }
    if (whole < 3600) {
      return whole / 60 + " min " + whole % 60 + " s";
    }
    return whole / 3600 + " h " + whole % 3600 / 60 + " min";
  }

  /** A coordinate with one decimal. */
  static String at(double coordinate) {
    return String.format(Locale.ROOT, "%.1f", coordinate);
  }
}
