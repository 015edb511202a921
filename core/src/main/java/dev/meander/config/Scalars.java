package dev.meander.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Values without parts: how each Java type is read from a tree. */
final class Scalars {
  /** YAML 1.1 takes {@code 3e-4} for text, everybody else for a number. */
  static final Pattern EXPONENT = Pattern.compile("[-+]?[0-9]+(\\.[0-9]*)?[eE][-+]?[0-9]{1,4}");

  /**
   * How a type is read.
   *
   * @param name its name for messages and the reference: "an integer"
   * @param read the reader of a node; its result is empty when the node is not of the kind
   */
  record Kind(String name, Function<JsonNode, Optional<Object>> read) {}

  private static final Map<Class<?>, Kind> KINDS =
      Map.ofEntries(
          Map.entry(boolean.class, new Kind("true or false", Scalars::bool)),
          Map.entry(Boolean.class, new Kind("true or false", Scalars::bool)),
          Map.entry(int.class, new Kind("an integer", Scalars::int32)),
          Map.entry(Integer.class, new Kind("an integer", Scalars::int32)),
          Map.entry(long.class, new Kind("an integer", Scalars::int64)),
          Map.entry(Long.class, new Kind("an integer", Scalars::int64)),
          Map.entry(float.class, new Kind("a number", Scalars::float32)),
          Map.entry(Float.class, new Kind("a number", Scalars::float32)),
          Map.entry(double.class, new Kind("a number", n -> number(n).map(d -> d))),
          Map.entry(Double.class, new Kind("a number", n -> number(n).map(d -> d))),
          Map.entry(String.class, new Kind("a string", Scalars::text)),
          Map.entry(Path.class, new Kind("a path", Scalars::path)));

  private static final int SHOWN = 200;

  private Scalars() {}

  /** How the type is read, if it is one without parts. */
  static Optional<Kind> kind(Class<?> type) {
    if (type.isEnum()) {
      String names = "one of " + String.join(", ", enumNames(type));
      return Optional.of(new Kind(names, node -> constant(type, node)));
    }
    return Optional.ofNullable(KINDS.get(type));
  }

  /** Whether values of the type are written as plain text. */
  static boolean isText(Class<?> type) {
    return type == String.class || type == Path.class || type.isEnum();
  }

  static List<String> enumNames(Class<?> type) {
    return Arrays.stream(type.getEnumConstants()).map(c -> Keys.enumName((Enum<?>) c)).toList();
  }

  /** A value as a message quotes it. */
  static String found(JsonNode node) {
    if (node.isObject()) {
      return "found keys with values";
    }
    if (node.isArray()) {
      return "found a list";
    }
    String found = node.toString();
    return "found "
        + (found.length() <= SHOWN ? found : found.substring(0, SHOWN) + " ...")
        + (node.isTextual() && !isText(node.textValue())
            ? ", which holds characters that no text has"
            : "");
  }

  private static Optional<Object> bool(JsonNode node) {
    return node.isBoolean() ? Optional.of(node.booleanValue()) : Optional.empty();
  }

  private static Optional<Object> int32(JsonNode node) {
    return node.isIntegralNumber() && node.canConvertToInt()
        ? Optional.of(node.intValue())
        : Optional.empty();
  }

  private static Optional<Object> int64(JsonNode node) {
    BigInteger value = node.isIntegralNumber() ? node.bigIntegerValue() : null;
    return value != null && value.bitLength() < Long.SIZE
        ? Optional.of(value.longValue())
        : Optional.empty();
  }

  private static Optional<Double> number(JsonNode node) {
    boolean exponent = node.isTextual() && EXPONENT.matcher(node.textValue()).matches();
    if (!node.isNumber() && !exponent) {
      return Optional.empty();
    }
    double value = exponent ? Double.parseDouble(node.textValue()) : node.doubleValue();
    return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
  }

  private static Optional<Object> float32(JsonNode node) {
    return number(node).map(Double::floatValue).filter(Float::isFinite).map(f -> f);
  }

  /** NUL, and halves of characters, are in no text: files and libraries cannot take them. */
  private static Optional<Object> text(JsonNode node) {
    return node.isTextual() && isText(node.textValue())
        ? Optional.of(node.textValue())
        : Optional.empty();
  }

  private static boolean isText(String value) {
    return value
        .codePoints()
        .noneMatch(c -> c == 0 || c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }

  private static Optional<Object> path(JsonNode node) {
    try {
      return node.isTextual() && !node.textValue().isEmpty()
          ? Optional.of(Path.of(node.textValue()))
          : Optional.empty();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static Optional<Object> constant(Class<?> type, JsonNode node) {
    return node.isTextual()
        ? Keys.constant(type, node.textValue()).map(c -> (Object) c)
        : Optional.empty();
  }
}
