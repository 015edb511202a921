package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.toybox.Rgb;
import java.util.Arrays;

/** A light grey picture to draw any area on, other than through the world's own painter. */
final class Canvas {
  /** Points of the plane about the middle of the picture, y downward. */
  interface Area {
    boolean contains(double x, double y);
  }

  private static final int SIDE = 64;
  private static final int SAMPLES = 4;

  private final byte[] rgb = new byte[3 * SIDE * SIDE];

  Canvas() {
    Arrays.fill(rgb, (byte) 222);
  }

  Canvas draw(Rgb color, Area area) {
    int[] channels = {color.red(), color.green(), color.blue()};
    for (int i = 0; i < SIDE * SIDE; i++) {
      int hits = 0;
      for (int s = 0; s < SAMPLES * SAMPLES; s++) {
        double x = i % SIDE + (s % SAMPLES + 0.5) / SAMPLES - SIDE / 2.0;
        double y = i / SIDE + (s / SAMPLES + 0.5) / SAMPLES - SIDE / 2.0;
        hits += area.contains(x, y) ? 1 : 0;
      }
      for (int c = 0; c < 3; c++) {
        int below = rgb[3 * i + c] & 0xff;
        rgb[3 * i + c] = (byte) ((below * (16 - hits) + channels[c] * hits + 8) / 16);
      }
    }
    return this;
  }

  Image image() {
    return new Image(SIDE, SIDE, rgb.clone());
  }
}
