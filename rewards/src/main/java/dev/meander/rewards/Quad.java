package dev.meander.rewards;

import java.util.stream.IntStream;

/**
 * Four corners, in pixels.
 *
 * @param x from left to right; in what order the corners come says who makes it
 * @param y from top to bottom
 */
record Quad(float[] x, float[] y) {
  /** Distance of two corners, in single precision as NumPy has it. */
  float side(int from, int to) {
    float dx = x[from] - x[to];
    float dy = y[from] - y[to];
    return (float) Math.sqrt(dx * dx + dy * dy);
  }

  /** The corners in another order. */
  Quad ordered(Integer... corners) {
    Quad quad = new Quad(new float[4], new float[4]);
    for (int i = 0; i < 4; i++) {
      quad.x[i] = x[corners[i]];
      quad.y[i] = y[corners[i]];
    }
    return quad;
  }

  /** One corner after the other. */
  float[] points() {
    return new float[] {x[0], y[0], x[1], y[1], x[2], y[2], x[3], y[3]};
  }

  /** The area of a convex one. */
  double area() {
    double twice = 0;
    for (int i = 0; i < 4; i++) {
      int next = (i + 1) % 4;
      twice += (double) x[i] * y[next] - (double) x[next] * y[i];
    }
    return Math.abs(twice) / 2;
  }

  double circumference() {
    double length = 0;
    for (int i = 0; i < 4; i++) {
      int next = (i + 1) % 4;
      length += Math.hypot((double) x[next] - x[i], (double) y[next] - y[i]);
    }
    return length;
  }

  /**
   * Points around a convex one whose corners are clockwise, at a distance: x and y in turn. Corners
   * are arcs, chords of which stay within a quarter of a pixel; all is rounded to whole pixels
   * where the library Clipper 6 rounds.
   */
  int[] outline(double distance) {
    double[] across = new double[4]; // unit normals of the sides from each corner to the next
    double[] down = new double[4];
    for (int i = 0; i < 4; i++) {
      int next = (i + 1) % 4;
      long dx = (long) x[next] - (long) x[i];
      long dy = (long) y[next] - (long) y[i];
      double scale = 1 / Math.sqrt(dx * dx + dy * dy);
      across[i] = dy * scale;
      down[i] = -dx * scale;
    }
    double circle =
        Math.min(
            Math.PI / Math.acos(1 - Math.min(distance, 1) * 0.25 / distance), distance * Math.PI);
    double sin = Math.sin(2 * Math.PI / circle);
    double cos = Math.cos(2 * Math.PI / circle);
    IntStream.Builder points = IntStream.builder();
    for (int i = 0; i < 4; i++) {
      int before = (i + 3) % 4;
      double turn = across[before] * down[i] - across[i] * down[before];
      double along = across[before] * across[i] + down[before] * down[i];
      double angle = Math.atan2(Math.min(1, turn), along);
      double toX = across[before];
      double toY = down[before];
      long chords = Math.max(1, Math.round(circle / (2 * Math.PI) * Math.abs(angle)));
      for (long c = 0; c < chords; c++) {
        add(points, i, toX * distance, toY * distance);
        double turned = toX * cos - sin * toY;
        toY = toX * sin + toY * cos;
        toX = turned;
      }
      add(points, i, across[i] * distance, down[i] * distance);
    }
    return points.build().toArray();
  }

  private void add(IntStream.Builder points, int corner, double dx, double dy) {
    points.add(away((long) x[corner] + dx)).add(away((long) y[corner] + dy));
  }

  /** Rounds halves away from zero. */
  private static int away(double value) {
    return (int) (value < 0 ? value - 0.5 : value + 0.5);
  }
}
