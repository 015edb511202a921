package dev.meander.reward;

import java.util.Optional;

/**
 * Where one object lies relative to another (GenEval, arXiv 2310.11513, section 3).
 *
 * <p>The offset of the centres loses a tenth of the summed extents on each axis, so that objects
 * that overlap much are in no relation, and is divided by the length of the full offset.
 */
public enum Relation {
  LEFT_OF("left of", -1, 0),
  RIGHT_OF("right of", 1, 0),
  ABOVE("above", 0, -1),
  BELOW("below", 0, 1);

  private static final double EXTENT_SHARE = 0.1;
  private static final double THRESHOLD = 0.5;
  private static final double NOTHING_LEFT = 1e-3;

  private final String phrase;
  private final int dx;
  private final int dy;

  Relation(String phrase, int dx, int dy) {
    this.phrase = phrase;
    this.dx = dx;
    this.dy = dy;
  }

  /** The words between the two objects in a prompt, e.g. {@code left of}. */
  public String phrase() {
    return phrase;
  }

  /** The relation with this phrase, if there is one. */
  public static Optional<Relation> of(String phrase) {
    for (Relation relation : values()) {
      if (relation.phrase.equals(phrase)) {
        return Optional.of(relation);
      }
    }
    return Optional.empty();
  }

  /** The relation of B to A when this is the relation of A to B. */
  public Relation inverse() {
    return switch (this) {
      case LEFT_OF -> RIGHT_OF;
      case RIGHT_OF -> LEFT_OF;
      case ABOVE -> BELOW;
      case BELOW -> ABOVE;
    };
  }

  /** Whether {@code a} stands in this relation to {@code b}; diagonal pairs stand in two. */
  public boolean holds(Box a, Box b) {
    return strength(a, b) > THRESHOLD;
  }

  /** The reduced, normalised offset along this relation's direction: -1 to 1, 0 for none. */
  public double strength(Box a, Box b) {
    double x = a.centerX() - b.centerX();
    double y = a.centerY() - b.centerY();
    double reducedX = shrink(x, EXTENT_SHARE * (a.width() + b.width()));
    double reducedY = shrink(y, EXTENT_SHARE * (a.height() + b.height()));
    if (Math.abs(reducedX) < NOTHING_LEFT && Math.abs(reducedY) < NOTHING_LEFT) {
      return 0;
    }
    return (dx * reducedX + dy * reducedY) / Math.sqrt(x * x + y * y);
  }

  private static double shrink(double offset, double amount) {
    return Math.signum(offset) * Math.max(Math.abs(offset) - amount, 0);
  }
}
