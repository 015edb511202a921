package dev.meander.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Composes images into one sheet: rows of equal cells, a badge and a caption under each.
 *
 * <p>Cells are as large as the largest image; a row is as high as its longest caption needs.
 * Nothing is written over an image: small ones would be hidden.
 */
public final class Grid {
  private static final int BADGE_GROUND = 0x1b1e24;
  private static final int BADGE_INK = 0xffffff;

  /** Pixels between an image and what is written below it. */
  private static final int GAP = 3;

  /** Pixels from a badge to the caption's first line. */
  private static final int BADGE_LINE = PixelFont.LINE + 2;

  private Grid() {}

  /**
   * One image of a sheet.
   *
   * @param caption the text under it; empty for none
   * @param badge the short text on a dark ground between image and caption; empty for none. Its
   *     leading words are dropped where it is wider than the cell
   */
  public record Tile(Image image, String caption, String badge) {
    public static Tile of(Image image) {
      return new Tile(image, "", "");
    }

    public static Tile of(Image image, String caption) {
      return new Tile(image, caption, "");
    }

    /** A tile with the badge {@code score 0.83}. */
    public static Tile scored(Image image, String caption, double score) {
      return new Tile(image, caption, String.format(Locale.ROOT, "score %.2f", score));
    }
  }

  /**
   * How a sheet looks.
   *
   * @param columns the number of tiles in a row
   * @param padding the pixels around and between the tiles
   * @param scale the whole factor by which images grow, nearest neighbour
   * @param textScale the same for text
   * @param captionLines the lines that a caption may take before it is cut
   * @param ground the colour between the tiles, 0xRRGGBB
   * @param ink the colour of captions and title, 0xRRGGBB
   */
  public record Style(
      int columns, int padding, int scale, int textScale, int captionLines, int ground, int ink) {
    public Style {
      if (columns < 1 || padding < 0 || scale < 1 || textScale < 1 || captionLines < 1) {
        throw new IllegalArgumentException(
            String.format(
                "columns %d, scale %d, textScale %d and captionLines %d must be at least 1,"
                    + " padding %d at least 0",
                columns, scale, textScale, captionLines, padding));
      }
    }

    /** Dark text on white, 8 pixels between tiles, nothing enlarged. */
    public static Style columns(int columns) {
      return new Style(columns, 8, 1, 1, 4, 0xffffff, 0x22262e);
    }

    public Style withScale(int scale) {
      return new Style(columns, padding, scale, textScale, captionLines, ground, ink);
    }

    public Style withPadding(int padding) {
      return new Style(columns, padding, scale, textScale, captionLines, ground, ink);
    }
  }

  /** Where a tile's image lies on the sheet, in pixels of the sheet. */
  public record Box(int x, int y, int width, int height) {}

  /** A composed sheet and the place of every tile's image, in the order given. */
  public record Sheet(Image image, List<Box> boxes) {
    public Sheet {
      boxes = List.copyOf(boxes);
    }
  }

  /** Composes tiles, row by row. */
  public static Sheet compose(List<Tile> tiles, Style style) {
    return compose("", tiles, style);
  }

  /**
   * Composes tiles, row by row, under a title.
   *
   * @throws IllegalArgumentException without tiles
   */
  public static Sheet compose(String title, List<Tile> tiles, Style style) {
    if (tiles.isEmpty()) {
      throw new IllegalArgumentException("a grid needs at least one tile");
    }
    Layout layout = Layout.of(title, tiles, style);
    Canvas canvas = new Canvas(layout.width, layout.height, style.ground);
    drawLines(canvas, layout.title, style.padding, style.padding, style);
    List<Box> boxes = new ArrayList<>();
    for (int i = 0; i < tiles.size(); i++) {
      boxes.add(drawTile(canvas, tiles.get(i), i, layout, style));
    }
    return new Sheet(canvas.toImage(), boxes);
  }

  private static Box drawTile(Canvas canvas, Tile tile, int index, Layout layout, Style style) {
    int left = style.padding + index % style.columns * (layout.cellWidth + style.padding);
    int top = layout.rowTops.get(index / style.columns);
    int width = tile.image.width() * style.scale;
    int height = tile.image.height() * style.scale;
    int x = left + (layout.cellWidth - width) / 2;
    canvas.draw(tile.image, x, top, style.scale);
    int below = top + layout.cellHeight + GAP * style.textScale;
    if (!tile.badge.isEmpty()) {
      drawBadge(canvas, tile.badge, left, below, layout.cellWidth, style.textScale);
      below += BADGE_LINE * style.textScale;
    }
    drawLines(canvas, layout.captions.get(index), left, below, style);
    return new Box(x, top, width, height);
  }

  private static void drawLines(Canvas canvas, List<String> lines, int left, int top, Style style) {
    for (int i = 0; i < lines.size(); i++) {
      int y = top + i * PixelFont.LINE * style.textScale;
      canvas.text(lines.get(i), left, y, style.textScale, style.ink);
    }
  }

  private static void drawBadge(Canvas canvas, String badge, int x, int y, int width, int scale) {
    String text = PixelFont.plain(badge);
    while (text.contains(" ") && badgeWidth(text, scale) > width) {
      text = text.substring(text.indexOf(' ') + 1);
    }
    if (!text.isEmpty() && badgeWidth(text, scale) <= width) {
      canvas.fill(x, y, badgeWidth(text, scale), PixelFont.LINE * scale, BADGE_GROUND);
      canvas.text(text, x + 2 * scale, y + 2 * scale, scale, BADGE_INK);
    }
  }

  private static int badgeWidth(String text, int scale) {
    return (PixelFont.width(text) + 4) * scale;
  }

  /** Every measure of a sheet, found before anything is drawn. */
  private record Layout(
      int width,
      int height,
      int cellWidth,
      int cellHeight,
      List<String> title,
      List<List<String>> captions,
      List<Integer> rowTops) {

    static Layout of(String title, List<Tile> tiles, Style style) {
      int cellWidth = style.scale * max(tiles.stream().map(t -> t.image.width()).toList());
      int cellHeight = style.scale * max(tiles.stream().map(t -> t.image.height()).toList());
      int columns = Math.min(style.columns, tiles.size());
      int width = style.padding + columns * (cellWidth + style.padding);
      List<String> heading = wrap(title, width - 2 * style.padding, style);
      List<List<String>> captions =
          tiles.stream().map(t -> wrap(t.caption, cellWidth, style)).toList();
      int line = PixelFont.LINE * style.textScale;
      List<Integer> texts = new ArrayList<>();
      for (int i = 0; i < tiles.size(); i++) {
        int badge = tiles.get(i).badge.isEmpty() ? 0 : BADGE_LINE * style.textScale;
        int text = badge + captions.get(i).size() * line;
        texts.add(text == 0 ? 0 : GAP * style.textScale + text);
      }
      int y = style.padding + (heading.isEmpty() ? 0 : heading.size() * line + style.padding / 2);
      List<Integer> tops = new ArrayList<>();
      for (int first = 0; first < tiles.size(); first += style.columns) {
        tops.add(y);
        int end = Math.min(tiles.size(), first + style.columns);
        y += cellHeight + max(texts.subList(first, end)) + style.padding;
      }
      return new Layout(width, y, cellWidth, cellHeight, heading, captions, tops);
    }

    private static List<String> wrap(String text, int pixels, Style style) {
      int columns = Math.max(1, (pixels / style.textScale + 1) / PixelFont.ADVANCE);
      return PixelFont.wrap(text, columns, style.captionLines);
    }

    private static int max(List<Integer> values) {
      return values.stream().mapToInt(Integer::intValue).max().orElseThrow();
    }
  }
}
