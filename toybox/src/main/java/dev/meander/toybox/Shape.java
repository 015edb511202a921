package dev.meander.toybox;

import java.util.Locale;

/**
 * The shapes, each drawn about its box's centre in units of its radius; y grows downward.
 *
 * <p>They differ in corners, in concavity and in how much of their box they fill, so that they stay
 * apart when blurred, and their areas are close, so that size tells nothing.
 */
public enum Shape {
  CIRCLE(new double[0][]),
  SQUARE(new double[][] {{-0.86, -0.86}, {0.86, -0.86}, {0.86, 0.86}, {-0.86, 0.86}}),
  TRIANGLE(new double[][] {{0, -0.95}, {1.1, 0.95}, {-1.1, 0.95}}),
  STAR(star(1.25, 0.55)),
  CROSS(
      new double[][] {
        {-0.36, -1.05}, {0.36, -1.05}, {0.36, -0.36}, {1.05, -0.36}, {1.05, 0.36}, {0.36, 0.36},
        {0.36, 1.05}, {-0.36, 1.05}, {-0.36, 0.36}, {-1.05, 0.36}, {-1.05, -0.36}, {-0.36, -0.36}
      });

  private static final double CIRCLE_RADIUS = 0.95;

  private final double[][] corners;

  Shape(double[][] corners) {
    this.corners = corners;
  }

  /** The noun in captions and detections, e.g. {@code circle}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The noun for several, e.g. {@code crosses}. */
  public String plural() {
    return this == CROSS ? "crosses" : word() + "s";
  }

  /** Whether the point (u, v), in radii from the centre, belongs to the shape. */
  public boolean contains(double u, double v) {
    return this == CIRCLE
        ? u * u + v * v <= CIRCLE_RADIUS * CIRCLE_RADIUS
        : insidePolygon(corners, u, v);
  }

  /** The half extent along the direction (du, dv) of length 1: the support function, in radii. */
  double reach(double du, double dv) {
    if (this == CIRCLE) {
      return CIRCLE_RADIUS;
    }
    double most = Double.NEGATIVE_INFINITY;
    for (double[] corner : corners) {
      most = Math.max(most, corner[0] * du + corner[1] * dv);
    }
    return most;
  }

  /** Even-odd rule: a ray to the right crosses the outline an odd number of times. */
  private static boolean insidePolygon(double[][] corners, double u, double v) {
    boolean inside = false;
    double[] previous = corners[corners.length - 1];
    for (double[] corner : corners) {
      if ((corner[1] > v) != (previous[1] > v)) {
        double crossing =
            corner[0] + (v - corner[1]) * (previous[0] - corner[0]) / (previous[1] - corner[1]);
        inside ^= u < crossing;
      }
      previous = corner;
    }
    return inside;
  }

  private static double[][] star(double outer, double inner) {
    double[][] corners = new double[10][];
    double lift = outer * (1 - StrictMath.cos(StrictMath.PI / 5)) / 2;
    for (int i = 0; i < 10; i++) {
      double radius = i % 2 == 0 ? outer : inner;
      double angle = StrictMath.PI * i / 5;
      corners[i] =
          new double[] {radius * StrictMath.sin(angle), lift - radius * StrictMath.cos(angle)};
    }
    return corners;
  }
}
