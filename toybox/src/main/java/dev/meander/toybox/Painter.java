package dev.meander.toybox;

import dev.meander.image.Image;
import dev.meander.reward.Box;

/** Draws a scene with 4 x 4 samples a pixel; the same scene gives the same bytes everywhere. */
public final class Painter {
  private static final int SAMPLES = 4;

  private Painter() {}

  /** The image of {@code scene}, {@code size x size}. */
  public static Image paint(Scene scene) {
    byte[] rgb = new byte[3 * scene.size() * scene.size()];
    Canvas canvas = new Canvas(scene.size(), rgb);
    canvas.fill(scene.ground());
    for (Figure figure : scene.figures()) {
      double cos = StrictMath.cos(figure.angle()) / figure.radius();
      double sin = StrictMath.sin(figure.angle()) / figure.radius();
      Area area =
          (px, py) -> {
            double dx = px - figure.x();
            double dy = py - figure.y();
            return figure.shape().contains(cos * dx + sin * dy, cos * dy - sin * dx);
          };
      canvas.draw(figure.box(), figure.fill(), area);
    }
    scene
        .sign()
        .ifPresent(
            sign -> {
              Box box = sign.box();
              canvas.draw(
                  box,
                  sign.panel(),
                  (px, py) ->
                      px >= box.left() && px < box.right() && py >= box.top() && py < box.bottom());
              canvas.draw(box, sign.ink(), sign::inked);
            });
    return new Image(scene.size(), scene.size(), rgb);
  }

  /** A set of points of the plane, in pixels. */
  private interface Area {
    boolean contains(double px, double py);
  }

  private record Canvas(int size, byte[] rgb) {
    void fill(Rgb color) {
      byte[] pixel = {(byte) color.red(), (byte) color.green(), (byte) color.blue()};
      for (int i = 0; i < rgb.length; i++) {
        rgb[i] = pixel[i % 3];
      }
    }

    void draw(Box box, Rgb color, Area area) {
      int bottom = Math.min(size, (int) Math.ceil(box.bottom()));
      int right = Math.min(size, (int) Math.ceil(box.right()));
      for (int py = Math.max(0, (int) Math.floor(box.top())); py < bottom; py++) {
        for (int px = Math.max(0, (int) Math.floor(box.left())); px < right; px++) {
          blend(3 * (py * size + px), color, coverage(area, px, py));
        }
      }
    }

    /**
     * How many of the pixel's samples lie in the area.
     *
     * <p>Where the four outer samples agree, so do all: a tip thinner than a pixel loses a little.
     */
    private static int coverage(Area area, int px, int py) {
      int outer = 0;
      for (int corner = 0; corner < 4; corner++) {
        outer += sample(area, px, py, (corner & 1) * (SAMPLES - 1), (corner >> 1) * (SAMPLES - 1));
      }
      if (outer == 0 || outer == 4) {
        return outer * SAMPLES * SAMPLES / 4;
      }
      int hits = 0;
      for (int i = 0; i < SAMPLES * SAMPLES; i++) {
        hits += sample(area, px, py, i % SAMPLES, i / SAMPLES);
      }
      return hits;
    }

    private static int sample(Area area, int px, int py, int column, int row) {
      double x = px + (column + 0.5) / SAMPLES;
      double y = py + (row + 0.5) / SAMPLES;
      return area.contains(x, y) ? 1 : 0;
    }

    private void blend(int at, Rgb color, int hits) {
      if (hits == 0) {
        return;
      }
      rgb[at] = mix(rgb[at], color.red(), hits);
      rgb[at + 1] = mix(rgb[at + 1], color.green(), hits);
      rgb[at + 2] = mix(rgb[at + 2], color.blue(), hits);
    }

    private static byte mix(byte below, int above, int hits) {
      int all = SAMPLES * SAMPLES;
      return (byte) (((below & 0xff) * (all - hits) + above * hits + all / 2) / all);
    }
  }
}
