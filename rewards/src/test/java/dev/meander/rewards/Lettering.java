package dev.meander.rewards;

import dev.meander.image.Image;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** Words drawn with the Java runtime's fonts. */
final class Lettering {
  static final List<String> FONTS = List.of(Font.SANS_SERIF, Font.SERIF, Font.MONOSPACED);

  private static final List<String> WORDS =
      List.of(
          "bakery",
          "harbour",
          "welcome",
          "journey",
          "kitchen",
          "autumn",
          "victory",
          "quartz",
          "football",
          "museum",
          "orchard",
          "pizza",
          "library",
          "midnight",
          "garden",
          "express",
          "jungle",
          "hotel",
          "river",
          "winter",
          "zebra",
          "coffee",
          "theatre",
          "dream",
          "exit",
          "open",
          "closed",
          "music",
          "planet",
          "forward",
          "yellow",
          "bicycle",
          "danger",
          "future",
          "island",
          "cosmic");

  /**
   * @param text what stands there
   * @param image square, as small as the text allows, at least 64 pixels
   */
  record Drawn(String text, String font, int size, Image image) {}

  private Lettering() {}

  /** A word in one of the fonts at {@code size} pixels to the em; the same for the same index. */
  static Drawn word(int index, int size) {
    Random random = new Random(31L * index + size);
    String word = WORDS.get(random.nextInt(WORDS.size()));
    String text =
        switch (random.nextInt(3)) {
          case 0 -> word;
          case 1 -> word.toUpperCase(Locale.ROOT);
          default -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
        };
    String family = FONTS.get(index % FONTS.size());
    Font font = new Font(family, random.nextInt(4) == 0 ? Font.BOLD : Font.PLAIN, size);
    return new Drawn(text, family, size, draw(text, font, random));
  }

  private static Image draw(String text, Font font, Random random) {
    BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    Graphics2D measure = probe.createGraphics();
    Rectangle2D box = font.getStringBounds(text, measure.getFontRenderContext());
    measure.dispose();
    int side = Math.max(64, (int) Math.ceil(1.15 * box.getWidth()) + 8);
    BufferedImage page = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    Graphics2D pen = page.createGraphics();
    pen.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    boolean dark = random.nextInt(4) == 0;
    pen.setColor(shade(random, dark ? 20 : 190));
    pen.fillRect(0, 0, side, side);
    pen.setColor(shade(random, dark ? 200 : 10));
    pen.setFont(font);
    double x = (side - box.getWidth()) * (0.3 + 0.4 * random.nextDouble());
    double y = (side - box.getHeight()) * (0.2 + 0.6 * random.nextDouble()) - box.getY();
    pen.drawString(text, (float) x, (float) y);
    pen.dispose();
    return image(page);
  }

  private static Color shade(Random random, int from) {
    return new Color(
        from + random.nextInt(50), from + random.nextInt(50), from + random.nextInt(50));
  }

  private static Image image(BufferedImage page) {
    byte[] rgb = new byte[3 * page.getWidth() * page.getHeight()];
    for (int i = 0; i < rgb.length; i++) {
      int pixel = page.getRGB(i / 3 % page.getWidth(), i / 3 / page.getWidth());
      rgb[i] = (byte) (pixel >> (16 - 8 * (i % 3)));
    }
    return new Image(page.getWidth(), page.getHeight(), rgb);
  }
}
