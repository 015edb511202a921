package dev.meander.toybox;

import dev.meander.reward.Box;

/**
 * One drawn object.
 *
 * @param x the centre, in pixels from the left edge
 * @param y the centre, in pixels from the top edge
 * @param radius the radius in pixels; the shapes reach about this far from their centre
 * @param angle the clockwise turn in radians, small
 * @param fill the colour it is painted in, near {@code color}'s nominal one
 */
public record Figure(
    Shape shape, Color color, double x, double y, double radius, double angle, Rgb fill) {

  /** The tight box about the drawn outline. */
  public Box box() {
    double cos = StrictMath.cos(angle);
    double sin = StrictMath.sin(angle);
    return new Box(
        x - radius * shape.reach(-cos, sin),
        y - radius * shape.reach(-sin, -cos),
        x + radius * shape.reach(cos, -sin),
        y + radius * shape.reach(sin, cos));
  }
}
