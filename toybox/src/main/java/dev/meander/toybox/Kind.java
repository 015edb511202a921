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

  /** The {@code tag} in the metadata, e.g. {@code color_attr}: a mixture's is its GenEval task. */
  public String tag() {
    return switch (this) {
      case COLOR_COUNTING -> COUNTING.tag();
      case COLOR_POSITION -> POSITION.tag();
      default -> name().toLowerCase(Locale.ROOT);
    };
  }
}
