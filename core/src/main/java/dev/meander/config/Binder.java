package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
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
 * {@link Range}, {@link Positive}, {@link Key} and {@link Ignored} refine this; a compact
 * constructor may refuse a combination with an IllegalArgumentException.
 */
public final class Binder {
  private static final String TYPE = "type";

  private final String source;
  private final Problems problems = new Problems();

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
    int before = problems.count();
    List<Field> fields = Field.of(type);
    refuseUnknownKeys(node, type, fields, place, chosen);
    List<Object> values = new ArrayList<>();
    for (Field field : fields) {
      values.add(field(node, field, place.child(node, field.key())));
    }
    if (problems.count() > before) {
      return null;
    }
    return construct(type, values, place);
  }

  private void refuseUnknownKeys(
      JsonNode node, Class<?> type, List<Field> fields, Place place, boolean chosen) {
    List<String> known = fields.stream().map(Field::key).toList();
    Ignored ignored = type.getAnnotation(Ignored.class);
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = entry.getKey();
      boolean fine = known.contains(key) || (chosen && key.equals(TYPE)) || isIgnored(ignored, key);
      if (!fine) {
        problem(place.child(node, key), "is not a setting; " + Keys.suggestion(key, known));
      }
    }
  }

  private static boolean isIgnored(Ignored ignored, String key) {
    return ignored != null && (key.startsWith("_") || List.of(ignored.value()).contains(key));
  }

  private Object field(JsonNode object, Field field, Place place) {
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
        : ConfigFile.parseValue(text, "@Default");
  }

  private Object checked(Object value, Field field, Place place) {
    RecordComponent c = field.component();
    Range range = c.getAnnotation(Range.class);
    boolean positive = c.isAnnotationPresent(Positive.class);
    for (Number number : numbers(value)) {
      double d = number.doubleValue();
      if (positive && !(d > 0)) {
        problem(place, "must be greater than 0, found " + number);
      }
      if (range != null && !(d >= range.min() && d <= range.max())) {
        problem(place, "must be " + Describe.range(range) + ", found " + number);
      }
    }
    return value;
  }

  private static List<Number> numbers(Object value) {
    if (value instanceof Number n) {
      return List.of(n);
    }
    Collection<?> parts = List.of();
    if (value instanceof Collection<?> c) {
      parts = c;
    } else if (value instanceof Map<?, ?> m) {
      parts = m.values();
    } else if (value instanceof Optional<?> o) {
      parts = o.stream().toList();
    }
    return parts.stream().filter(Number.class::isInstance).map(Number.class::cast).toList();
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
        problems.add(place.origin().within(source) + path + e.getCause().getMessage());
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
