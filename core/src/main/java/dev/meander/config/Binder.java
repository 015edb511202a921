package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fills records from a tree of settings.
 *
 * <p>A record's components are its keys, in snake case. A component may be a boolean, number,
 * string, path, enum, list, string-keyed map, optional, record, interface with a choice of records
 * (sealed, or marked with {@link Variants}; chosen by {@code type:}, or by its name alone where the
 * defaults suit), or a {@link JsonNode} handed on as it is. {@link Default}, {@link Nullable},
 * {@link Range}, {@link Positive}, {@link Key}, {@link Flat} and {@link Ignored} refine this;
 * {@link RelativePaths} come before it. Combinations are refused by {@link Rule}s, of which every
 * one is reported whose own settings are right, or by a compact constructor with an
 * IllegalArgumentException.
 */
public final class Binder {
  private static final String TYPE = "type";

  private final String source;
  private final Problems problems = new Problems();
  private final Map<String, Bound> bound = new HashMap<>(); // by path, those without a problem

  /** A setting's value and where it was written. */
  private record Bound(Object value, Origin origin) {}

  private Binder(String source) {
    this.source = source;
  }

  /** Where in the tree we are, for messages. */
  private record Place(String path, Origin origin) {
    Place child(JsonNode object, String key) {
      return new Place(Keys.child(path, key), LocatedObject.origin(object, key, origin));
    }

    Place element(JsonNode node, int index) {
      return new Place(Keys.element(path, index), LocatedObject.origin(node, origin));
    }
  }

  /**
   * Fills a record.
   *
   * @param tree the tree from {@link ConfigFile}, which lets messages name lines, or any other tree
   * @param source what the tree was read from, for messages
   * @throws UserError listing every unknown key, missing or wrong value
   */
  public static <R extends Record> R bind(JsonNode tree, Class<R> type, String source) {
    Binder binder = new Binder(source);
    Object value = binder.convert(tree, type, new Place("", new Origin(source, 0)));
    binder.problems.throwIfAny(source);
    return type.cast(value);
  }

  /** The value, or null after noting a problem. */
  private Object convert(JsonNode node, Type type, Place place) {
    Class<?> raw = Field.raw(type);
    Optional<Scalars.Kind> scalar = Scalars.kind(raw);
    if (scalar.isPresent()) {
      return scalar(node, scalar.get(), place);
    } else if (raw == JsonNode.class) {
      return node;
    } else if (raw == Optional.class) {
      return Optional.ofNullable(convert(node, Field.argument(type, 0), place));
    } else if (raw == List.class) {
      return list(node, Field.argument(type, 0), place);
    } else if (raw == Map.class) {
      return map(node, Field.argument(type, 1), place);
    } else if (raw.isRecord()) {
      return record(node, raw, place, false);
    } else if (Field.isChoice(raw)) {
      return variant(node, raw, place);
    }
    throw new IllegalArgumentException("A setting cannot have the type " + type);
  }

  private Object problem(Place place, String what) {
    String path = place.path().isEmpty() ? "" : place.path() + " ";
    problems.add(place.origin().within(source) + path + what);
    return null;
  }

  private Object scalar(JsonNode node, Scalars.Kind kind, Place place) {
    return kind.read()
        .apply(node)
        .orElseGet(() -> problem(place, "must be " + kind.name() + ", " + Scalars.found(node)));
  }

  private Object list(JsonNode node, Type element, Place place) {
    if (!node.isArray()) {
      return problem(place, "must be a list, " + Scalars.found(node));
    }
    List<Object> values = new ArrayList<>();
    for (JsonNode item : node) {
      values.add(convert(item, element, place.element(item, values.size())));
    }
    return Collections.unmodifiableList(values);
  }

  private Object map(JsonNode node, Type value, Place place) {
    if (!node.isObject()) {
      return problem(place, "must be keys with values, " + Scalars.found(node));
    }
    Map<String, Object> values = new LinkedHashMap<>();
    node.properties()
        .forEach(
            e ->
                values.put(
                    e.getKey(), convert(e.getValue(), value, place.child(node, e.getKey()))));
    return Collections.unmodifiableMap(values);
  }

  private Object variant(JsonNode node, Class<?> choice, Place place) {
    Map<String, Class<?>> variants = Field.variants(choice);
    JsonNode name = node.isTextual() ? node : node.path(TYPE);
    if (!name.isTextual()) {
      return problem(place, "needs a type: one of " + String.join(", ", variants.keySet()));
    }
    Class<?> chosen = variants.get(name.textValue());
    if (chosen == null) {
      Place where = node.isTextual() ? place : place.child(node, TYPE);
      return problem(
          where, "cannot be " + name + "; " + Keys.suggestion(name.textValue(), variants.keySet()));
    }
    return record(node.isTextual() ? emptyObject(place) : node, chosen, place, true);
  }

  private static JsonNode emptyObject(Place place) {
    return new LocatedObject(place.origin());
  }

  private Object record(JsonNode node, Class<?> type, Place place, boolean chosen) {
    if (!node.isObject()) {
      return problem(place, "must be keys with values, " + Scalars.found(node));
    }
    refuseUnknownKeys(node, type, Field.flat(type), place, chosen);
    return record(node, type, place);
  }

  private Object record(JsonNode node, Class<?> type, Place place) {
    int before = problems.count();
    List<Object> values = new ArrayList<>();
    for (Field field : Field.of(type)) {
      values.add(
          field.isFlat()
              ? record(node, Field.raw(field.type()), place)
              : field(node, field, place.child(node, field.key())));
    }
    Rules.of(type).forEach(rule -> check(rule, place));
    return problems.count() > before ? null : construct(type, values, place);
  }

  /** Asks the rule if all settings that it looks at are right. */
  private void check(Method rule, Place place) {
    List<Bound> settings = new ArrayList<>();
    for (String key : rule.getAnnotation(Rule.class).value()) {
      Bound setting = bound.get(Keys.child(place.path(), key));
      if (setting == null) {
        if (problems.isEmpty()) {
          throw new IllegalStateException(rule + " looks at " + key + ", which is no setting");
        }
        return;
      }
      settings.add(setting);
    }
    String path = place.path().isEmpty() ? "" : place.path() + ": ";
    Rules.problem(rule, settings.stream().map(Bound::value).toList())
        .ifPresent(what -> problems.add(settings.get(0).origin().within(source) + path + what));
  }

  private void refuseUnknownKeys(
      JsonNode node, Class<?> type, List<Field> fields, Place place, boolean chosen) {
    List<String> known = fields.stream().map(Field::key).toList();
    Ignored ignored = type.getAnnotation(Ignored.class);
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      boolean fine = known.contains(key) || (chosen && key.equals(TYPE)) || isIgnored(ignored, key);
      if (!fine) {
        String instead = below(key, fields).orElseGet(() -> Keys.suggestion(key, known));
        problem(place.child(node, key), "is not a setting; " + instead);
      }
    }
  }

  /** Where the key belongs when it is one of a choice below. */
  private static Optional<String> below(String key, List<Field> fields) {
    for (Field field : fields) {
      Class<?> type = Field.raw(field.valueType());
      Map<String, Class<?>> variants = Field.isChoice(type) ? Field.variants(type) : Map.of();
      List<String> having =
          variants.entrySet().stream()
              .filter(v -> Field.flat(v.getValue()).stream().anyMatch(f -> f.key().equals(key)))
              .map(Map.Entry::getKey)
              .toList();
      if (!having.isEmpty()) {
        return Optional.of(
            "it is a key of %s: {type: %s}".formatted(field.key(), String.join(" or ", having)));
      }
    }
    return Optional.empty();
  }

  private static boolean isIgnored(Ignored ignored, String key) {
    return ignored != null && (key.startsWith("_") || List.of(ignored.value()).contains(key));
  }

  private Object field(JsonNode object, Field field, Place place) {
    int before = problems.count();
    Object value = value(object, field, place);
    if (problems.count() == before) {
      bound.put(place.path(), new Bound(value, place.origin()));
    }
    return value;
  }

  private Object value(JsonNode object, Field field, Place place) {
    JsonNode node = object.path(field.key());
    if (!node.isMissingNode() && !node.isNull()) {
      return checked(convert(node, field.type(), place), field, place);
    }
    if (field.isOptional()) {
      return field.absent();
    }
    Optional<String> text = field.defaultText();
    if (text.isPresent() && text.get().equals(Default.NULL)) {
      return null;
    }
    if (text.isPresent()) {
      return convert(defaultNode(field, text.get()), field.type(), place);
    }
    if (Field.raw(field.type()).isRecord()) {
      return convert(emptyObject(place), field.type(), place);
    }
    return problem(place, "is required" + (field.doc().isEmpty() ? "" : ": " + field.doc()));
  }

  private static JsonNode defaultNode(Field field, String text) {
    return Scalars.isText(Field.raw(field.type()))
        ? TextNode.valueOf(text)
        : LocatedObject.placeless(ConfigFile.parseValue(text, "@Default"));
  }

  private Object checked(Object value, Field field, Place place) {
    Rules.ofNumbers(field, value).forEach(what -> problem(place, what));
    return value;
  }

  private Object construct(Class<?> type, List<Object> values, Place place) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values.toArray());
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException || e.getCause() instanceof UserError) {
        String path = place.path().isEmpty() ? "" : place.path() + ": ";
        for (String line : e.getCause().getMessage().split("\n")) {
          problems.add(place.origin().within(source) + path + line);
        }
        return null;
      }
      if (Extensions.isAdded(type)) {
        throw Extensions.couldNotBeMade(type, e.getCause());
      }
      throw new IllegalStateException(type + " could not be made", e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " could not be made", e);
    }
  }
}
