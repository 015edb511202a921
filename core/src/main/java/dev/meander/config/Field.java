package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
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

  /** Those of them that no provider added. */
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
