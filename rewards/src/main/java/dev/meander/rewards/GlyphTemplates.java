package dev.meander.rewards;

import dev.meander.toybox.Glyphs;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * The font's capitals on a grid of {@code CELL} pixels to a cell, sharp and blurred, with a margin.
 */
final class GlyphTemplates {
  static final int CELL = 3;
  static final int MARGIN = 1;
  static final int WIDTH = Glyphs.WIDTH * CELL + 2 * MARGIN;
  static final int HEIGHT = Glyphs.HEIGHT * CELL + 2 * MARGIN;

  private static final double[] SOFTNESS = {1.0, 2.0};
  private static final int PADDING = 8;

  private GlyphTemplates() {}

  static TemplateBank bank() {
    List<TemplateBank.Template> templates = new ArrayList<>();
    for (char letter = 'A'; letter <= 'Z'; letter++) {
      for (double softness : SOFTNESS) {
        float[] pixels = draw(letter, softness);
        templates.add(new TemplateBank.Template(String.valueOf(letter), pixels));
      }
    }
    return new TemplateBank(templates);
  }

  /** The {@code WIDTH x HEIGHT} part of a wider map from (left, top). */
  static float[] patch(float[] map, int width, int left, int top) {
    float[] patch = new float[WIDTH * HEIGHT];
    for (int y = 0; y < HEIGHT; y++) {
      System.arraycopy(map, (top + y) * width + left, patch, y * WIDTH, WIDTH);
    }
    return patch;
  }

  private static float[] draw(char letter, double softness) {
    int width = WIDTH + 2 * PADDING;
    int height = HEIGHT + 2 * PADDING;
    float[] pixels = new float[width * height];
    for (int i = 0; i < pixels.length; i++) {
      int column = Math.floorDiv(i % width - PADDING - MARGIN, CELL);
      int row = Math.floorDiv(i / width - PADDING - MARGIN, CELL);
      pixels[i] = Glyphs.inked(letter, column, row) ? 1 : 0;
    }
    float[] soft =
        OpenCv.scoped(
            () -> {
              Mat blurred = new Mat();
              opencv_imgproc.GaussianBlur(
                  OpenCv.floats(pixels, height, width), blurred, OpenCv.square(15), softness);
              return OpenCv.floats(blurred);
            });
    return patch(soft, width, PADDING, PADDING);
  }
}
