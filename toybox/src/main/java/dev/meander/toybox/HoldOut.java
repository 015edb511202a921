package dev.meander.toybox;

import dev.meander.random.RandomStream;
import dev.meander.reward.Relation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The combinations that neither training nor model selection ever sees: one in five of each large
 * space, one in ten of the positions.
 *
 * <ul>
 *   <li>{@code two_object}: 2 of the 10 pairs of shapes, in either order.
 *   <li>{@code position}: 8 of the 80 captions. Each is the other wording of one that is seen ("A
 *       left of B" and "B right of A"): were both kept away, a pair of shapes would be seen in one
 *       order alone, and order could not be told from the pair.
 *   <li>{@code color_attr}: 60 of the 300 pairs of coloured shapes, in either order.
 *   <li>{@code text}: every word whose hash falls in one of five classes.
 * </ul>
 *
 * <p>The mixture {@code color_position} is held out when its wording without colours is or its pair
 * of coloured shapes is. A held-out pair of shapes may still appear under another kind (an
 * arrangement, say): what is unseen is the caption's own combination. The spaces of {@code
 * single_object}, {@code counting} and {@code colors} are too small to split (5, 15 and 30
 * captions); there held-out prompts differ from training in their seeds only.
 */
public final class HoldOut {
  private static final int PARTS = 5;
  private static final Set<String> KEYS = new HashSet<>();

  static {
    List<String> pairs = new ArrayList<>();
    Map<String, String> arrangements = new LinkedHashMap<>(); // and their other wording
    List<String> colored = new ArrayList<>();
    for (Shape a : Shape.values()) {
      for (Shape b : Shape.values()) {
        if (a != b) {
          for (Relation relation : List.of(Relation.LEFT_OF, Relation.ABOVE)) {
            arrangements.put(position(a, relation, b), position(b, relation.inverse(), a));
          }
        }
        if (a.compareTo(b) < 0) {
          pairs.add(pair(a.word(), b.word()));
          colored.addAll(colorings(a, b));
        }
      }
    }
    List.of(pairs, colored).forEach(keys -> KEYS.addAll(oneInFive(keys)));
    oneInFive(List.copyOf(arrangements.keySet()))
        .forEach(key -> KEYS.add(RandomStream.hash(key) % 2 == 0 ? key : arrangements.get(key)));
  }

  private HoldOut() {}

  /** Whether captions with this meaning are kept from training and model selection. */
  public static boolean contains(Description description) {
    return switch (description.kind()) {
      case SINGLE_OBJECT, COUNTING, COLORS, COLOR_COUNTING -> false;
      case TWO_OBJECT, COLOR_ATTR -> KEYS.contains(pairKey(description));
      case POSITION -> KEYS.contains(positionKey(description));
      case COLOR_POSITION ->
          KEYS.contains(positionKey(description)) || KEYS.contains(pairKey(description));
      case TEXT -> Math.floorMod(RandomStream.hash(description.word().orElseThrow()), PARTS) == 0;
    };
  }

  private static String pairKey(Description description) {
    return pair(name(description.groups().get(0)), name(description.groups().get(1)));
  }

  private static String positionKey(Description description) {
    return position(
        description.groups().get(0).shape(),
        description.relation().orElseThrow(),
        description.groups().get(1).shape());
  }

  private static String name(Description.Group group) {
    return group.color().map(c -> c.word() + " ").orElse("") + group.shape().word();
  }

  private static String pair(String a, String b) {
    return a.compareTo(b) < 0 ? a + " and " + b : b + " and " + a;
  }

  private static String position(Shape a, Relation relation, Shape b) {
    return a.word() + " " + relation.phrase() + " " + b.word();
  }

  private static List<String> colorings(Shape a, Shape b) {
    List<String> keys = new ArrayList<>();
    for (Color one : Color.values()) {
      for (Color two : Color.values()) {
        if (one != two) {
          keys.add(pair(one.word() + " " + a.word(), two.word() + " " + b.word()));
        }
      }
    }
    return keys;
  }

  private static List<String> oneInFive(List<String> keys) {
    return keys.stream()
        .sorted(Comparator.comparingLong(RandomStream::hash))
        .limit(keys.size() / PARTS)
        .toList();
  }
}
