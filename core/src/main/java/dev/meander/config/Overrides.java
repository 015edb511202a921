package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Changes to a tree of settings before it is bound: single values, or another tree on top. */
public final class Overrides {
  private static final Pattern STEP = Pattern.compile("\\.?([^.\\[\\]=]+)|\\[([0-9]{1,6})\\]");

  private Overrides() {}

  /**
   * Sets values given as {@code train.lr=1e-4} or {@code rewards[0].weight=2}; what follows the
   * first equals sign is YAML. Sections that are not there yet are made; whether a path means
   * anything is for {@link Binder} to say, which then names the option.
   *
   * @return a changed copy
   * @throws UserError listing every assignment that cannot be read or followed
   */
  public static ObjectNode apply(ObjectNode tree, List<String> assignments) {
    ObjectNode copy = tree.deepCopy();
    Problems problems = new Problems();
    for (String assignment : assignments) {
      try {
        set(copy, assignment);
      } catch (UserError e) {
        problems.add(e.getMessage());
      }
    }
    problems.throwIfAny("Wrong settings on the command line");
    return copy;
  }

  /**
   * Lays one tree over another: sections are merged key by key, everything else replaced. A section
   * whose {@code type} or {@code name} changes is replaced whole, since its other keys belong to
   * the old one.
   *
   * @return a new tree
   */
  public static ObjectNode merge(ObjectNode base, ObjectNode top) {
    ObjectNode merged = base.deepCopy();
    for (Map.Entry<String, JsonNode> entry : top.properties()) {
      JsonNode below = merged.get(entry.getKey());
      boolean both = below instanceof ObjectNode && entry.getValue() instanceof ObjectNode;
      JsonNode value =
          both && !changes(below, entry.getValue())
              ? merge((ObjectNode) below, (ObjectNode) entry.getValue())
              : entry.getValue().deepCopy();
      put(merged, entry.getKey(), value, LocatedObject.origin(top, entry.getKey(), null));
    }
    return merged;
  }

  private static boolean changes(JsonNode below, JsonNode above) {
    return Stream.of("type", "name")
        .anyMatch(key -> above.has(key) && !above.get(key).equals(below.get(key)));
  }

  private static void put(ObjectNode object, String key, JsonNode value, Origin origin) {
    if (object instanceof LocatedObject located && origin != null) {
      located.put(key, value, origin);
    } else {
      object.set(key, value);
    }
  }

  private static void set(ObjectNode root, String assignment) {
    String option = "--set " + assignment;
    int equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new UserError(option + ": write it as key=value, for example rollouts=20");
    }
    List<Object> steps = steps(assignment.substring(0, equals), option);
    JsonNode value = ConfigFile.parseValue(assignment.substring(equals + 1), option);
    Origin origin = new Origin(option, 0);
    JsonNode at = root;
    String path = "";
    for (int i = 0; i < steps.size(); i++) {
      boolean last = i == steps.size() - 1;
      Object step = steps.get(i);
      if (step instanceof String key && at instanceof ObjectNode object) {
        path = Keys.child(path, key);
        at =
            last
                ? assign(object, key, value, origin)
                : descend(object, key, steps.get(i + 1), origin);
      } else if (step instanceof Integer index && at instanceof ArrayNode array) {
        path = Keys.element(path, index);
        at = element(array, index, last ? value : null, option + ": " + path);
      } else {
        String kind = step instanceof Integer ? "is not a list" : "has no keys below it";
        throw new UserError(option + ": " + (path.isEmpty() ? "the top level" : path) + " " + kind);
      }
    }
  }

  private static JsonNode assign(ObjectNode object, String key, JsonNode value, Origin origin) {
    put(object, key, value, origin);
    return value;
  }

  private static JsonNode descend(ObjectNode object, String key, Object next, Origin origin) {
    JsonNode below = object.path(key);
    if (next instanceof String && (below.isMissingNode() || below.isNull())) {
      return assign(object, key, new LocatedObject(origin), origin);
    }
    return below;
  }

  private static JsonNode element(ArrayNode array, int index, JsonNode value, String where) {
    if (index >= array.size()) {
      throw new UserError(where + " is beyond the list's " + array.size() + " entries");
    }
    if (value != null) {
      array.set(index, value);
    }
    return array.get(index);
  }

  private static List<Object> steps(String path, String option) {
    List<Object> steps = new ArrayList<>();
    Matcher matcher = STEP.matcher(path);
    int at = 0;
    while (matcher.find() && matcher.start() == at) {
      at = matcher.end();
      steps.add(matcher.group(1) != null ? matcher.group(1) : Integer.valueOf(matcher.group(2)));
    }
    if (at != path.length()) {
      throw new UserError(option + ": cannot read the key " + path + "; write it like a.b[0].c");
    }
    return steps;
  }
}
