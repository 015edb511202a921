package dev.meander.cli.bench;

import java.util.Arrays;
import java.util.List;

/**
 * How a cost grows with a quantity: {@code cost = c quantity^exponent}, by least squares in the
 * logarithms, once over everything and once in two pieces that meet at a measured quantity.
 *
 * @param exponent the exponent over everything
 * @param breaksAt the quantity at which the two pieces that fit best meet
 * @param before the exponent up to there
 * @param after the exponent from there on
 */
public record PowerLaw(double exponent, double breaksAt, double before, double after) {
  /**
   * A measured cost.
   *
   * @param quantity what the cost depends on, positive
   * @param cost what was measured, positive
   */
  record Point(double quantity, double cost) {}

  private record Line(double slope, double squares) {}

  /** Of at least three points, in ascending order of their quantities. */
  static PowerLaw fit(List<Point> points) {
    double exponent = line(points).slope();
    double least = Double.POSITIVE_INFINITY;
    PowerLaw best = null;
    for (int i = 1; i < points.size() - 1; i++) {
      Line left = line(points.subList(0, i + 1));
      Line right = line(points.subList(i, points.size()));
      if (left.squares() + right.squares() < least) {
        least = left.squares() + right.squares();
        best = new PowerLaw(exponent, points.get(i).quantity(), left.slope(), right.slope());
      }
    }
    return best;
  }

  private static Line line(List<Point> points) {
    double[] x = points.stream().mapToDouble(p -> Math.log(p.quantity())).toArray();
    double[] y = points.stream().mapToDouble(p -> Math.log(p.cost())).toArray();
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      xy += (x[i] - meanX) * (y[i] - meanY);
      yy += (y[i] - meanY) * (y[i] - meanY);
    }
    return new Line(xy / xx, yy - xy * xy / xx);
  }
}
