package dev.meander.toybox;

import java.util.Locale;

/**
 * The colours: six saturated hues about sixty degrees apart, all darker than the ground in some
 * channel.
 */
public enum Color {
  RED(216, 36, 36),
  GREEN(36, 160, 56),
  BLUE(36, 60, 220),
  YELLOW(242, 206, 30),
  PURPLE(172, 36, 188),
  CYAN(24, 196, 204);

  private final Rgb rgb;

  Color(int red, int green, int blue) {
    rgb = new Rgb(red, green, blue);
  }

  /** The adjective in captions and detections, e.g. {@code red}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The nominal colour, about which drawn objects vary a little. */
  public Rgb rgb() {
    return rgb;
  }
}
