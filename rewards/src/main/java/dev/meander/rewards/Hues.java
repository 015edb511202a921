package dev.meander.rewards;

import dev.meander.toybox.Color;
import dev.meander.toybox.Rgb;

/** Names a colour by the nearest hue of the world's six. */
final class Hues {
  private static final Color[] COLORS = Color.values();
  private static final double[] HUES = new double[COLORS.length];

  static {
    for (int i = 0; i < COLORS.length; i++) {
      Rgb rgb = COLORS[i].rgb();
      HUES[i] = hue(rgb.red(), rgb.green(), rgb.blue());
    }
  }

  private Hues() {}

  /** Largest less smallest channel: 0 for greys. */
  static double chroma(double red, double green, double blue) {
    return Math.max(red, Math.max(green, blue)) - Math.min(red, Math.min(green, blue));
  }

  /** The index in {@link Color#values()} of the nearest hue. */
  static int nearest(double red, double green, double blue) {
    double hue = hue(red, green, blue);
    int best = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < HUES.length; i++) {
      double apart = Math.abs(hue - HUES[i]);
      double around = Math.min(apart, 360 - apart);
      if (around < least) {
        least = around;
        best = i;
      }
    }
    return best;
  }

  /** Degrees, 0 to 360; 0 for greys. */
  static double hue(double red, double green, double blue) {
    double chroma = chroma(red, green, blue);
    if (chroma == 0) {
      return 0;
    }
    double most = Math.max(red, Math.max(green, blue));
    double sixth;
    if (most == red) {
      sixth = (green - blue) / chroma;
    } else if (most == green) {
      sixth = 2 + (blue - red) / chroma;
    } else {
      sixth = 4 + (red - green) / chroma;
    }
    return (60 * sixth + 360) % 360;
  }
}
