package dev.meander.toybox;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What is wrong with the worse image of a pair. */
public enum Flaw {
  /** One object too many or too few. */
  COUNT,
  /** Another colour than the caption names, or the colours of two objects exchanged. */
  COLOR,
  /** Another shape. */
  SHAPE,
  /** Another arrangement. */
  POSITION,
  /** Out of focus. */
  BLUR,
  /** Noise on every pixel. */
  NOISE,
  /** Outlines and ground pulled about. */
  WARP,
  /** A dark or coloured ground. */
  GROUND;

  /** The flaws that make any image worse. */
  public static final List<Flaw> OF_QUALITY = List.of(BLUR, NOISE, WARP, GROUND);

  /** The flaws that make an image of this description untrue. */
  static List<Flaw> ofMeaning(Description description) {
    List<Flaw> flaws = new ArrayList<>(List.of(COUNT, SHAPE));
    if (description.groups().get(0).color().isPresent()) {
      flaws.add(COLOR);
    }
    if (description.relation().isPresent()) {
      flaws.add(POSITION);
    }
    return flaws;
  }

  /** The name in reports, e.g. {@code count}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
