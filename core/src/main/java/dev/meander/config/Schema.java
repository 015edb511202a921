package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What can be set in a record, as a JSON Schema (draft 7, which editors know best): names, types,
 * ranges, defaults and meanings, for completion and checking while a file is written. Rules of
 * several settings, and what is missing, are for {@link Binder}: a file may extend another.
 */
public final class Schema {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final String TYPE = "type";
  private static final String NULL = "null";

  private final Map<Class<?>, Named> named;
  private final Deque<Class<?>> open = new ArrayDeque<>();

  /**
   * A section whose free part follows from a name in it, such as a reward's settings.
   *
   * @param name the key of the name
   * @param part the key of the free part
   * @param records the records of the free part, by the name
   */
  public record Named(String name, String part, Map<String, Class<? extends Record>> records) {}

  private Schema(Map<Class<?>, Named> named) {
    this.named = named;
  }

  /**
   * The schema of a file.
   *
   * @param record what {@link Binder} makes of it
   * @param more the keys that the file may have besides, with their meaning
   * @param named the sections whose free part follows from a name, by their record
   */
  public static ObjectNode of(
      Class<? extends Record> record, Map<String, String> more, Map<Class<?>, Named> named) {
    ObjectNode schema =
        NODES.objectNode().put("$schema", "http://json-schema.org/draft-07/schema#");
    schema.setAll(new Schema(named).record(record));
    ObjectNode properties = (ObjectNode) schema.get("properties");
    more.forEach(
        (key, meaning) ->
            properties.putObject(key).put(TYPE, "string").put("description", meaning));
    return schema;
  }

  private ObjectNode record(Class<?> record) {
    ObjectNode schema = NODES.objectNode().put(TYPE, "object");
    ObjectNode properties = schema.putObject("properties");
    if (open.contains(record)) {
      schema.remove("properties"); // a section within itself: whatever it holds
      return schema;
    }
    open.push(record);
    for (Field field : Field.flat(record)) {
      properties.set(field.key(), field(field));
    }
    open.pop();
    if (!record.isAnnotationPresent(Ignored.class)) {
      schema.put("additionalProperties", false);
    }
    if (named.containsKey(record)) {
      schema.set("allOf", parts(named.get(record)));
    }
    return schema;
  }

  private ArrayNode parts(Named of) {
    ArrayNode all = NODES.arrayNode();
    of.records()
        .forEach(
            (name, record) -> {
              ObjectNode rule = all.addObject();
              when(rule, of.name(), name);
              rule.putObject("then").putObject("properties").set(of.part(), record(record));
            });
    return all;
  }

  private static void when(ObjectNode rule, String key, String value) {
    ObjectNode condition = rule.putObject("if");
    condition.putObject("properties").putObject(key).put("const", value);
    condition.putArray("required").add(key);
  }

  private ObjectNode field(Field field) {
    ObjectNode schema = type(field.valueType());
    limit(schema, field);
    boolean mayBeLeftOut =
        field.isOptional() || field.defaultText().isPresent() || Field.raw(field.type()).isRecord();
    if (mayBeLeftOut) {
      allowNull(schema);
    }
    if (!field.doc().isEmpty()) {
      schema.put("description", field.doc());
    }
    field
        .defaultNode()
        .filter(node -> !node.isNull())
        .ifPresent(node -> schema.set("default", node));
    return schema;
  }

  private static void limit(ObjectNode schema, Field field) {
    ObjectNode number = schema.has("items") ? (ObjectNode) schema.get("items") : schema;
    if (field.component().isAnnotationPresent(Positive.class)) {
      number.put("exclusiveMinimum", 0);
    }
    Range range = field.component().getAnnotation(Range.class);
    if (range == null) {
      return;
    }
    if (range.min() != Double.NEGATIVE_INFINITY) {
      number.put("minimum", range.min());
    }
    if (range.max() != Double.POSITIVE_INFINITY) {
      number.put("maximum", range.max());
    }
    if (range.below() != Double.POSITIVE_INFINITY) {
      number.put("exclusiveMaximum", range.below());
    }
  }

  /** What may be left out may be written as nothing, too. */
  private static void allowNull(ObjectNode schema) {
    JsonNode type = schema.get(TYPE);
    if (type instanceof ArrayNode several) {
      several.add(NULL);
    } else if (type != null) {
      schema.putArray(TYPE).add(type).add(NULL);
    }
    if (schema.get("enum") instanceof ArrayNode values) {
      values.addNull();
    }
  }

  private ObjectNode type(Type type) {
    Class<?> raw = Field.raw(type);
    if (raw == JsonNode.class) {
      return NODES.objectNode();
    } else if (raw == List.class) {
      ObjectNode list = NODES.objectNode().put(TYPE, "array");
      list.set("items", type(Field.argument(type, 0)));
      return list;
    } else if (raw == Map.class) {
      ObjectNode map = NODES.objectNode().put(TYPE, "object");
      map.set("additionalProperties", type(Field.argument(type, 1)));
      return map;
    } else if (Field.isChoice(raw)) {
      return choice(raw);
    } else if (raw.isRecord()) {
      return record(raw);
    }
    return scalar(raw);
  }

  /** A variant's name alone, or a section whose other keys follow from its type. */
  private ObjectNode choice(Class<?> choice) {
    Map<String, Class<?>> variants = Field.variants(choice);
    ObjectNode schema = NODES.objectNode();
    schema.putArray(TYPE).add("string").add("object");
    ArrayNode all = schema.putArray("allOf");
    ObjectNode isName = all.addObject();
    isName.putObject("if").put(TYPE, "string");
    names(isName.putObject("then"), variants.keySet());
    ObjectNode names = schema.putObject("properties").putObject(TYPE);
    names(names, variants.keySet());
    variants.forEach(
        (name, record) -> {
          ObjectNode rule = all.addObject();
          when(rule, TYPE, name);
          ((ObjectNode) rule.get("if")).put(TYPE, "object");
          ObjectNode section = record(record);
          if (section.get("properties") instanceof ObjectNode properties) {
            properties.putObject(TYPE).put("const", name);
          }
          rule.set("then", section);
        });
    return schema;
  }

  private static void names(ObjectNode schema, Set<String> names) {
    ArrayNode values = schema.putArray("enum");
    names.forEach(values::add);
  }

  private static ObjectNode scalar(Class<?> type) {
    ObjectNode schema = NODES.objectNode();
    if (type == boolean.class || type == Boolean.class) {
      return schema.put(TYPE, "boolean");
    } else if (type == double.class
        || type == Double.class
        || type == float.class
        || type == Float.class) {
      // 1e-4 is text in YAML 1.1.
      schema.putArray(TYPE).add("number").add("string");
      return schema.put("pattern", "^" + Scalars.EXPONENT.pattern() + "$");
    } else if (type.isEnum()) {
      ArrayNode values = schema.put(TYPE, "string").putArray("enum");
      Scalars.enumNames(type).forEach(values::add);
      for (Object constant : type.getEnumConstants()) {
        String alias = Keys.alias((Enum<?>) constant);
        if (!alias.isEmpty()) {
          values.add(alias);
        }
      }
      return schema;
    } else if (Scalars.isText(type)) {
      return schema.put(TYPE, "string");
    }
    return schema.put(TYPE, "integer");
  }
}
