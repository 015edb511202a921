package dev.meander.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.util.StringQuotingChecker;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes records as the settings that {@link Binder} would read back into equal records. */
public final class ConfigWriter {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final YAMLMapper YAML =
      YAMLMapper.builder(YAMLFactory.builder().stringQuotingChecker(new PlainWords()).build())
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  private ConfigWriter() {}

  /** Leaves quotes off words and paths only: what else YAML gives a meaning to is a long list. */
  private static final class PlainWords extends StringQuotingChecker {
    private static final long serialVersionUID = 1L;
    private static final Pattern WORD = Pattern.compile("[A-Za-z_/][A-Za-z0-9_./-]*");

    @Override
    public boolean needToQuoteName(String name) {
      return !WORD.matcher(name).matches() || isReservedKeyword(name);
    }

    @Override
    public boolean needToQuoteValue(String value) {
      return needToQuoteName(value);
    }
  }

  /** The record as YAML, every setting written out. */
  public static String toYaml(Record config) {
    return yaml(toTree(config));
  }

  /** The record as a tree, every setting written out; empty optionals are left out. */
  public static ObjectNode toTree(Record config) {
    ObjectNode object = NODES.objectNode();
    for (Field field : Field.of(config.getClass())) {
      Object value = get(config, field.component().getAccessor());
      Object inner = value instanceof Optional<?> o ? o.orElse(null) : value;
      if (field.isFlat()) {
        object.setAll(toTree((Record) inner));
      } else if (inner != null) {
        object.set(field.key(), node(inner, field.valueType()));
      }
    }
    return object;
  }

  /** The values of a record's components, in order. */
  static List<Object> values(Record config) {
    return Field.of(config.getClass()).stream()
        .map(field -> get(config, field.component().getAccessor()))
        .collect(Collectors.toCollection(ArrayList::new)); // some may be null
  }

  /** A tree as YAML. */
  public static String yaml(JsonNode node) {
    try {
      return YAML.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Object get(Record config, Method accessor) {
    try {
      accessor.setAccessible(true);
      return accessor.invoke(config);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException("cannot read " + accessor, e);
    }
  }

  private static JsonNode node(Object value, Type declared) {
    if (value instanceof JsonNode n) {
      return n;
    } else if (value instanceof Record r) {
      return record(r, Field.isChoice(Field.raw(declared)));
    } else if (value instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(v -> array.add(node(v, Field.argument(declared, 0))));
      return array;
    } else if (value instanceof Map<?, ?> map) {
      ObjectNode object = NODES.objectNode();
      map.forEach((k, v) -> object.set((String) k, node(v, Field.argument(declared, 1))));
      return object;
    }
    return scalar(value);
  }

  private static JsonNode record(Record value, boolean named) {
    if (!named) {
      return toTree(value);
    }
    ObjectNode object = NODES.objectNode();
    object.put("type", Field.variantName(value.getClass()));
    object.setAll(toTree(value));
    return object;
  }

  private static JsonNode scalar(Object value) {
    if (value instanceof Boolean b) {
      return NODES.booleanNode(b);
    } else if (value instanceof Integer i) {
      return NODES.numberNode(i);
    } else if (value instanceof Long l) {
      return NODES.numberNode(l);
    } else if (value instanceof Float f) {
      return NODES.numberNode(f);
    } else if (value instanceof Double d) {
      return NODES.numberNode(d);
    } else if (value instanceof Enum<?> e) {
      return NODES.textNode(Keys.enumName(e));
    }
    return NODES.textNode(value.toString());
  }
}
