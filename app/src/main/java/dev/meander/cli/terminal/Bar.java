package dev.meander.cli.terminal;

import java.util.Locale;

/** A live line: what is done, a bar, and numbers, fitted to the width of the terminal. */
final class Bar {
  static final String FULL_UNICODE = "\u2501";
  private static final String REST_UNICODE = "\u2500";
  private static final int WIDEST = 30;
  private static final int NARROWEST = 8;

  private Bar() {}

  /**
   * A line of label, bar, percentage and as many of the parts, from the first, as fit.
   *
   * @param fraction how much is done, 0 to 1
   */
  static String line(String label, double fraction, Iterable<String> parts, Terminal.Style style) {
    double done = Math.max(0, Math.min(1, fraction));
    String percent = String.format(Locale.ROOT, " %3d%%", (int) Math.floor(100 * done));
    int room = style.width() - 1 - label.length() - 1 - percent.length() - NARROWEST;
    StringBuilder tail = new StringBuilder(percent);
    for (String part : parts) {
      if (part.isEmpty()) {
        continue;
      }
      if (part.length() + 2 > room) {
        break;
      }
      tail.append("  ").append(part);
      room -= part.length() + 2;
    }
    int cells = Math.max(0, Math.min(WIDEST, NARROWEST + room));
    return label + " " + bar(cells, done, style.unicode()) + tail;
  }

  private static String bar(int cells, double done, boolean unicode) {
    int full = (int) Math.floor(cells * done);
    return (unicode ? FULL_UNICODE : "=").repeat(full)
        + (unicode ? REST_UNICODE : ".").repeat(cells - full);
  }
}
