package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Keys: Java names in snake case, those of a tree, and the nearest known one to a wrong one. */
public final class Keys {
  private Keys() {}

  /** {@code clipRange} as {@code clip_range}. */
  public static String snake(String camel) {
    StringBuilder out = new StringBuilder();
    for (char c : camel.toCharArray()) {
      if (Character.isUpperCase(c) && out.length() > 0) {
        out.append('_');
      }
      out.append(Character.toLowerCase(c));
    }
    return out.toString();
  }

  /** {@code LEFT_OF} as {@code left_of}. */
  static String enumName(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** The constant of that name, in any case, or of that {@link Alias}. */
  public static <E> Optional<E> constant(Class<E> type, String name) {
    String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(type.getEnumConstants())
        .filter(c -> enumName((Enum<?>) c).equals(plain) || plain.equals(alias((Enum<?>) c)))
        .findFirst();
  }

  /** The constant's other name; empty when it has none. */
  static String alias(Enum<?> constant) {
    try {
      Alias alias =
          constant.getDeclaringClass().getDeclaredField(constant.name()).getAnnotation(Alias.class);
      return alias == null ? "" : alias.value();
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Every setting of a tree by its key as {@code --set} takes it, such as {@code
   * rewards[0].weight}; a list of plain values is one setting.
   */
  public static Map<String, String> settings(JsonNode tree) {
    Map<String, String> all = new LinkedHashMap<>();
    add(all, "", tree);
    return all;
  }

  private static void add(Map<String, String> all, String key, JsonNode value) {
    if (value.isObject() && !value.isEmpty()) {
      value.properties().forEach(e -> add(all, child(key, e.getKey()), e.getValue()));
    } else if (value.isArray() && value.valueStream().anyMatch(JsonNode::isContainerNode)) {
      for (int i = 0; i < value.size(); i++) {
        add(all, element(key, i), value.get(i));
      }
    } else {
      all.put(key, value.isContainerNode() ? value.toString() : value.asText());
    }
  }

  static String child(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  static String element(String path, int index) {
    return path + "[" + index + "]";
  }

  /** What to say after "unknown": the nearest of the known ones, or all of them. */
  public static String suggestion(String wrong, Collection<String> known) {
    return nearest(wrong, known)
        .map(k -> "did you mean " + k + "?")
        .orElse(known.isEmpty() ? "there is nothing to set" : "known: " + String.join(", ", known));
  }

  /** The known key that is a slip of the pen away, if there is one. */
  public static Optional<String> nearest(String wrong, Collection<String> known) {
    String w = wrong.toLowerCase(Locale.ROOT).replace('-', '_');
    // A swap of neighbours is two edits.
    int allowed = Math.max(wrong.length() > 3 ? 2 : 1, wrong.length() / 3);
    return known.stream()
        .filter(k -> EditDistance.between(w, k) <= allowed)
        .min(Comparator.comparingInt(k -> EditDistance.between(w, k)));
  }
}
