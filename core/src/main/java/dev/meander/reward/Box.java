package dev.meander.reward;

/**
 * An axis-aligned box in pixels; x grows to the right and y downward.
 *
 * @param left the smallest x
 * @param top the smallest y
 * @param right the largest x
 * @param bottom the largest y
 */
public record Box(double left, double top, double right, double bottom) {
  public Box {
    if (!(left <= right && top <= bottom)) {
      throw new IllegalArgumentException(
          "a box needs left <= right and top <= bottom, not %s, %s, %s, %s"
              .formatted(left, top, right, bottom));
    }
  }

  public double width() {
    return right - left;
  }

  public double height() {
    return bottom - top;
  }

  public double centerX() {
    return (left + right) / 2;
  }

  public double centerY() {
    return (top + bottom) / 2;
  }

  /**
   * The clear distance between the boxes along the axis that separates them more; 0 or less when
   * they overlap.
   */
  public double gap(Box other) {
    double x = Math.max(other.left - right, left - other.right);
    double y = Math.max(other.top - bottom, top - other.bottom);
    return Math.max(x, y);
  }
}
