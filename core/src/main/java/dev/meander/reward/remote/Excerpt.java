package dev.meander.reward.remote;

/** Foreign text in a message: one line, printable, not too long. */
final class Excerpt {
  private static final int MOST = 200;

  private Excerpt() {}

  static String of(String text) {
    // What is far beyond the cut is not looked at.
    String line =
        text.substring(0, Math.min(text.length(), 8 * MOST))
            .replaceAll("[\\p{Cntrl}\\s]+", " ")
            .strip();
    return line.length() <= MOST ? line : line.substring(0, MOST) + " ...";
  }
}
