package dev.meander.toybox;

import java.util.List;
import java.util.Locale;

/** What a caption tests: GenEval's six tasks, two mixtures that enrich training, and signs. */
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

  /** The {@code tag} in the metadata, e.g. {@code color_attr}. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
