package dev.meander.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * A bitmap font for printable ASCII: capitals of 5 x 7 pixels, two more rows for descenders.
 *
 * <p>Its own, because a Java runtime on a server often comes without fonts. The glyphs are drawn in
 * {@code font5x7.txt}: blocks of nine rows and sixteen glyphs, in ASCII order from the space; the
 * last glyph is the hollow box that stands for every other character.
 */
public final class PixelFont {
  /** Pixels from one character to the next. */
  public static final int ADVANCE = 6;

  /** Pixels from one line to the next. */
  public static final int LINE = 11;

  /** Rows of a glyph: seven above the baseline, two below. */
  public static final int HEIGHT = 9;

  private static final int WIDTH = 5;
  private static final int PER_BLOCK = 16;
  private static final char FIRST = ' ';
  private static final char BOX = 127;
  private static final List<String> ROWS = load();

  private PixelFont() {}

  /**
   * Whether the glyph of {@code c} has ink at column {@code x} (0 to 4), row {@code y} (0 to 8).
   */
  static boolean ink(char c, int x, int y) {
    int glyph = (c < FIRST || c > BOX ? BOX : c) - FIRST;
    String row = ROWS.get(glyph / PER_BLOCK * HEIGHT + y);
    return row.charAt(glyph % PER_BLOCK * ADVANCE + x) == '#';
  }

  /** Pixels that {@code text} takes in a row, without a gap after its last character. */
  public static int width(String text) {
    return text.isEmpty() ? 0 : text.length() * ADVANCE - (ADVANCE - WIDTH);
  }

  /** The text with accents taken off and typographic quotes, dashes and spaces made plain. */
  static String plain(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFKD)
        .replaceAll("\\p{M}", "")
        .replaceAll("[\u2018\u2019]", "'")
        .replaceAll("[\u201c\u201d]", "\"")
        .replaceAll("[\u2010-\u2015\u2212]", "-")
        .replaceAll("\\p{javaWhitespace}+", " ")
        .strip();
  }

  /**
   * Breaks a text into lines of at most {@code columns} characters, at spaces where it can; words
   * longer than a line are cut. What does not fit {@code maxLines} is cut off and marked {@code
   * ..}.
   */
  public static List<String> wrap(String text, int columns, int maxLines) {
    if (columns < 1 || maxLines < 1) {
      throw new IllegalArgumentException(
          "a text needs at least 1 column and 1 line, not " + columns + " and " + maxLines);
    }
    List<String> lines = new ArrayList<>();
    String rest = plain(text);
    while (!rest.isEmpty() && lines.size() < maxLines) {
      int end = lineEnd(rest, columns);
      lines.add(rest.substring(0, end).strip());
      rest = rest.substring(end).strip();
    }
    if (!rest.isEmpty()) {
      int last = lines.size() - 1;
      String kept = lines.get(last);
      kept = kept.substring(0, Math.max(0, Math.min(kept.length(), columns - 2)));
      lines.set(last, (kept + "..").substring(0, Math.min(columns, kept.length() + 2)));
    }
    return List.copyOf(lines);
  }

  private static int lineEnd(String text, int columns) {
    if (text.length() <= columns) {
      return text.length();
    }
    int space = text.lastIndexOf(' ', columns);
    return space > 0 ? space : columns;
  }

  private static List<String> load() {
    try (InputStream in = PixelFont.class.getResourceAsStream("font5x7.txt")) {
      if (in == null) {
        throw new IllegalStateException("font5x7.txt is missing beside " + PixelFont.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
          .lines()
          .filter(line -> !line.isBlank())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read font5x7.txt", e);
    }
  }
}
