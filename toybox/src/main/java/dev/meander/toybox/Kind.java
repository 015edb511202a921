package dev.meander.toybox;

import java.util.List;
import java.util.Locale;

/** What a caption tests: GenEval's six tasks, two mixtures to train on, and signs. */
public enum Kind {
  SINGLE_OBJECT,
  TWO_OBJECT,
  COUNTING,
  COLORS,
  POSITION,
  COLOR_ATTR,
  /** "a photo of two red circles"; training only. */
  COLOR_COUNTING,
  /** "a photo of a blue square above a green star"; training only. */
  COLOR_POSITION,
  TEXT;

  /** GenEval's six tasks, in GenEval's order. */
  public static final List<Kind> GENEVAL =
      List.of(SINGLE_OBJECT, TWO_OBJECT, COUNTING, COLORS, POSITION, COLOR_ATTR);

  /**
   * What a long training is to see: of twenty-four, six of the mixture of colours and positions,
   * five of color_attr, four each of two_object and position, three of counting, one each of
   * single_object and colors, which soon teach nothing more. Positions alone are 72 captions, which
   * a long training learns by heart; with colours they are over a thousand.
   */
  static final List<Kind> HARD =
      List.of(
          SINGLE_OBJECT,
          COLOR_POSITION,
          COLOR_ATTR,
          TWO_OBJECT,
          POSITION,
          COUNTING,
          COLOR_POSITION,
          COLOR_ATTR,
          TWO_OBJECT,
          COLOR_POSITION,
          POSITION,
          COUNTING,
          COLORS,
          COLOR_POSITION,
          COLOR_ATTR,
          TWO_OBJECT,
          POSITION,
          COUNTING,
          COLOR_POSITION,
          COLOR_ATTR,
          TWO_OBJECT,
          COLOR_POSITION,
          POSITION,
          COLOR_ATTR);

  /** The {@code tag} in the metadata, e.g. {@code color_attr}: a mixture's is its GenEval task. */
  public String tag() {
    return switch (this) {
      case COLOR_COUNTING -> COUNTING.tag();
      case COLOR_POSITION -> POSITION.tag();
      default -> name().toLowerCase(Locale.ROOT);
    };
  }
}
