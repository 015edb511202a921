package dev.meander.toybox;

import dev.meander.reward.Box;

/**
 * A panel with a word in dark capitals, centred.
 *
 * @param word its word, 1 to 4 letters A to Z
 * @param x the panel's centre, in pixels from the left edge
 * @param y the panel's centre, in pixels from the top edge
 */
public record Sign(String word, double x, double y, Rgb panel, Rgb ink) {
  /** Pixels to one cell of the font's 5 x 7 grid. */
  public static final double CELL = 2.4;

  private static final double PADDING = 2.5;

  public Sign {
    if (!word.matches("[A-Z]{1,4}")) {
      throw new IllegalArgumentException("a sign holds 1 to 4 letters A to Z, not " + word);
    }
  }

  /** The panel's box. */
  public Box box() {
    double halfWidth = textWidth() / 2 + PADDING;
    double halfHeight = Glyphs.HEIGHT * CELL / 2 + PADDING + 1;
    return new Box(x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight);
  }

  /** Whether the point lies on ink. */
  boolean inked(double px, double py) {
    double u = (px - x + textWidth() / 2) / CELL;
    int row = (int) Math.floor((py - y) / CELL + Glyphs.HEIGHT / 2.0);
    int column = (int) Math.floor(u);
    if (column < 0 || column >= word.length() * Glyphs.ADVANCE) {
      return false;
    }
    char letter = word.charAt(column / Glyphs.ADVANCE);
    return Glyphs.inked(letter, column % Glyphs.ADVANCE, row);
  }

  private double textWidth() {
    return (word.length() * Glyphs.ADVANCE - 1) * CELL;
  }
}
