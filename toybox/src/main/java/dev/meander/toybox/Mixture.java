package dev.meander.toybox;

import dev.meander.random.RandomStream;
import java.util.EnumMap;
import java.util.Map;

/**
 * How often each kind of caption is drawn.
 *
 * @param weights the relative shares, none negative, not all 0; a kind that is absent is never
 *     drawn
 */
public record Mixture(Map<Kind, Double> weights) {
  public Mixture {
    double total = 0;
    for (double weight : weights.values()) {
      if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("a share is a finite number, 0 or more, not " + weight);
      }
      total += weight;
    }
    if (total <= 0) {
      throw new IllegalArgumentException("at least one share must be above 0");
    }
    weights = Map.copyOf(weights);
  }

  /**
   * Shapes, with more of what is hard to learn, and signs.
   *
   * @param text the share of signs, 0 to 1
   */
  public static Mixture withText(double text) {
    Map<Kind, Double> weights = new EnumMap<>(Kind.class);
    weights.put(Kind.SINGLE_OBJECT, 0.06);
    weights.put(Kind.TWO_OBJECT, 0.14);
    weights.put(Kind.COUNTING, 0.18);
    weights.put(Kind.COLORS, 0.10);
    weights.put(Kind.POSITION, 0.18);
    weights.put(Kind.COLOR_ATTR, 0.18);
    weights.put(Kind.COLOR_COUNTING, 0.08);
    weights.put(Kind.COLOR_POSITION, 0.08);
    weights.replaceAll((kind, share) -> share * (1 - text));
    weights.put(Kind.TEXT, text);
    return new Mixture(weights);
  }

  /** Shapes only. */
  public static Mixture compositional() {
    return withText(0);
  }

  Kind draw(RandomStream random) {
    double total = 0;
    for (Kind kind : Kind.values()) {
      total += weights.getOrDefault(kind, 0.0);
    }
    double left = random.nextDouble() * total;
    Kind last = null;
    for (Kind kind : Kind.values()) {
      double weight = weights.getOrDefault(kind, 0.0);
      if (weight > 0) {
        last = kind;
        left -= weight;
        if (left < 0) {
          break;
        }
      }
    }
    return last;
  }
}
