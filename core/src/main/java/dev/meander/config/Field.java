package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** One setting of a record: its key, type and annotations. */
record Field(String key, Type type, RecordComponent component) {
  static List<Field> of(Class<?> record) {
    return Arrays.stream(record.getRecordComponents())
        .map(c -> new Field(keyOf(c), c.getGenericType(), c))
        .toList();
  }

  /** The settings that stand in the record's section: its own, and those of {@link Flat} parts. */
  static List<Field> flat(Class<?> record) {
    return of(record).stream()
        .flatMap(f -> f.isFlat() ? flat(raw(f.type())).stream() : Stream.of(f))
        .toList();
  }

  /** Whether its record's settings stand beside it instead of below it. */
  boolean isFlat() {
    return component.isAnnotationPresent(Flat.class);
  }

  private static String keyOf(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    return key == null ? Keys.snake(component.getName()) : key.value();
  }

  String doc() {
    Doc doc = component.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  Optional<String> defaultText() {
    return Optional.ofNullable(component.getAnnotation(Default.class)).map(Default::value);
  }

  /** The default as a file would have it; null where it is {@link Default#NULL}. */
  Optional<JsonNode> defaultNode() {
    return defaultText().map(this::node);
  }

  private JsonNode node(String text) {
    if (text.equals(Default.NULL)) {
      return NullNode.instance;
    }
    return Scalars.isText(raw(type))
        ? TextNode.valueOf(text)
        : LocatedObject.placeless(ConfigFile.parseValue(text, "@Default"));
  }

  /** Whether it may be left out without a default. */
  boolean isOptional() {
    return raw(type) == Optional.class || component.isAnnotationPresent(Nullable.class);
  }

  /** The value when it is left out. */
  Object absent() {
    return raw(type) == Optional.class ? Optional.empty() : null;
  }

  /** The type, or what is inside when it is an {@link Optional}. */
  Type valueType() {
    return raw(type) == Optional.class ? argument(type, 0) : type;
  }

  /**
   * A record whose settings stand below a setting.
   *
   * @param key the place of the record, e.g. {@code rewards[]}
   * @param variant the name that chooses the record, where there is a choice
   */
  record Section(String key, Optional<String> variant, Class<?> record) {}

  /** The records that a value of this type can hold, itself included. */
  static List<Section> sections(Type type, String key) {
    Class<?> raw = raw(type);
    if (raw == Optional.class) {
      return sections(argument(type, 0), key);
    } else if (raw == List.class) {
      return sections(argument(type, 0), key + "[]");
    } else if (raw == Map.class) {
      return sections(argument(type, 1), key + ".*");
    } else if (isChoice(raw)) {
      return variants(raw).entrySet().stream()
          .map(v -> new Section(key, Optional.of(v.getKey()), v.getValue()))
          .toList();
    }
    return raw.isRecord() ? List.of(new Section(key, Optional.empty(), raw)) : List.of();
  }

  static Class<?> raw(Type type) {
    if (type instanceof Class<?> c) {
      return c;
    }
    if (type instanceof ParameterizedType p) {
      return (Class<?>) p.getRawType();
    }
    throw new IllegalArgumentException("A setting cannot have the type " + type);
  }

  static Type argument(Type type, int index) {
    if (type instanceof ParameterizedType p) {
      return p.getActualTypeArguments()[index];
    }
    throw new IllegalArgumentException("A setting's type must name its contents: " + type);
  }

  /** The records that may stand for an interface, by the name in their {@link Variant}. */
  static Map<String, Class<?>> variants(Class<?> choice) {
    Map<String, Class<?>> variants = builtIn(choice);
    if (choice.isAnnotationPresent(Variants.class)) {
      Extensions.addVariants(choice, variants);
    }
    return variants;
  }

  /** The variants that no provider added. */
  static Map<String, Class<?>> builtIn(Class<?> choice) {
    Variants open = choice.getAnnotation(Variants.class);
    Map<String, Class<?>> variants = new LinkedHashMap<>();
    for (Class<?> one : open == null ? choice.getPermittedSubclasses() : open.value()) {
      if (isChoice(one)) {
        variants.putAll(builtIn(one));
      } else {
        variants.put(variantName(one), one);
      }
    }
    return variants;
  }

  static String variantName(Class<?> record) {
    Variant variant = record.getAnnotation(Variant.class);
    if (variant == null || !record.isRecord()) {
      throw new IllegalArgumentException(record + " must be a record with @Variant");
    }
    return variant.value();
  }

  /** Whether one of several records is chosen for it by name. */
  static boolean isChoice(Class<?> type) {
    return type.isInterface() && (type.isSealed() || type.isAnnotationPresent(Variants.class));
  }

  /** Whether {@link Binder} can fill it. */
  static boolean canBeSet(Type type) {
    if (type instanceof ParameterizedType p) {
      Class<?> raw = raw(type);
      int value = raw == Map.class ? 1 : 0;
      return (raw == Optional.class || raw == List.class || raw == Map.class)
          && canBeSet(p.getActualTypeArguments()[value]);
    }
    return type instanceof Class<?> c
        && (c.isRecord() || c == JsonNode.class || isChoice(c) || Scalars.kind(c).isPresent());
  }
}
