package dev.meander.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.StrictJson;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** Changes inputs: their bytes, and, of JSON, their values, which leaves the rest well formed. */
final class Mutator {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** Values that readers stumble over. */
  private static final List<JsonNode> VALUES =
      List.of(
          NODES.nullNode(),
          NODES.booleanNode(true),
          NODES.booleanNode(false),
          NODES.numberNode(0),
          NODES.numberNode(-1),
          NODES.numberNode(1),
          NODES.numberNode(2.5),
          NODES.numberNode(-0.0),
          NODES.numberNode(1e308),
          NODES.numberNode(1e-320),
          NODES.numberNode(Integer.MAX_VALUE),
          NODES.numberNode(Integer.MIN_VALUE),
          NODES.numberNode(1L << 31),
          NODES.numberNode(1L << 40),
          NODES.numberNode(Long.MAX_VALUE),
          NODES.numberNode(BigInteger.TEN.pow(30)),
          NODES.numberNode(BigInteger.TEN.pow(400)),
          NODES.textNode(""),
          NODES.textNode(" "),
          NODES.textNode("0"),
          NODES.textNode("NaN"),
          NODES.textNode("1e400"),
          NODES.textNode("none"),
          NODES.textNode("../.."),
          NODES.textNode("a\0b"),
          NODES.textNode("\ud800"),
          NODES.textNode("é\u2028\ufeff"),
          NODES.textNode("(a*)*(b*)*$"),
          NODES.textNode("%s%n{0}"),
          NODES.textNode("x".repeat(3000)),
          NODES.arrayNode(),
          NODES.objectNode());

  private static final List<String> TOKENS =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1e400",
          "1e-400",
          ".nan",
          ".inf",
          "NaN",
          "Infinity",
          "\"\"",
          "[]",
          "{}",
          "[[",
          "]]",
          "{\"a\":",
          "\\u0000",
          "\\ud800",
          "99999999999999999999",
          "0x7f",
          "0b1",
          "1_0",
          "190:20:30",
          "!!binary",
          "&a",
          "*a",
          "<<: ",
          "? ",
          "- ",
          ": ",
          "\n",
          "\r",
          "\t",
          "\0",
          "\ufeff",
          "%YAML 1.1",
          "---",
          "...",
          "'",
          "\"",
          "#",
          "|",
          ">",
          "version https://git-lfs",
          "GGUF",
          "{{",
          "<think>",
          "score ",
          "the ",
          "</w>",
          "\u00a0");

  private final Random random;

  Mutator(long seed) {
    this.random = new Random(seed);
  }

  /** An input made from those of a target. */
  byte[] next(Target target, List<byte[]> known) {
    byte[] input = known.get(random.nextInt(known.size())).clone();
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      input = changed(target, input, known);
    }
    return input;
  }

  private byte[] changed(Target target, byte[] input, List<byte[]> known) {
    boolean whole = random.nextInt(3) > 0;
    return switch (target.form()) {
      case BYTES -> bytes(input, known);
      case TEXT -> random.nextInt(3) == 0 ? bytes(input, known) : text(input, known);
      case JSON -> whole ? json(input, known) : text(input, known);
      case SAFETENSORS -> whole ? header(input, known) : bytes(input, known);
    };
  }

  private byte[] bytes(byte[] input, List<byte[]> known) {
    if (input.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    int at = random.nextInt(input.length);
    int length = Math.min(input.length - at, 1 + random.nextInt(16));
    byte[] other = known.get(random.nextInt(known.size()));
    switch (random.nextInt(9)) {
      case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> input[at] = (byte) random.nextInt(256);
      case 2 -> input[at] = (byte) (random.nextBoolean() ? 0 : 255);
      case 3 -> {
        return joined(input, at, new byte[0], at + length);
      }
      case 4 -> {
        return joined(input, at, Arrays.copyOfRange(input, at, at + length), at);
      }
      case 5 -> {
        byte[] made = new byte[length];
        random.nextBytes(made);
        return joined(input, at, made, at);
      }
      case 6 -> {
        return Arrays.copyOf(input, at);
      }
      case 7 -> {
        int from = random.nextInt(other.length + 1);
        int to = Math.min(other.length, from + random.nextInt(64));
        return joined(input, at, Arrays.copyOfRange(other, from, to), at + length);
      }
      default -> {
        int size = Math.min(length, 4);
        for (int i = 0; i < size; i++) {
          input[at + i] = (byte) (i == 0 ? 127 : 255);
        }
      }
    }
    return input;
  }

  private byte[] text(byte[] input, List<byte[]> known) {
    int at = random.nextInt(input.length + 1);
    byte[] token = TOKENS.get(random.nextInt(TOKENS.size())).getBytes(StandardCharsets.UTF_8);
    return switch (random.nextInt(6)) {
      case 0, 1 -> joined(input, at, token, at);
      case 2 -> joined(input, at, token, Math.min(input.length, at + token.length));
      case 3 -> joined(input, at, repeated(token), at);
      case 4 -> digit(input);
      default -> bytes(input, known);
    };
  }

  private byte[] repeated(byte[] token) {
    byte[] many = new byte[token.length * (1 + random.nextInt(600))];
    for (int i = 0; i < many.length; i++) {
      many[i] = token[i % token.length];
    }
    return many;
  }

  /** Random bits rarely keep text well formed; a digit for a digit nearly always does. */
  private byte[] digit(byte[] input) {
    for (int tries = 0; tries < 30 && input.length > 0; tries++) {
      int at = random.nextInt(input.length);
      if (Character.isDigit(input[at])) {
        input[at] = (byte) ('0' + random.nextInt(10));
        return input;
      }
    }
    return input;
  }

  private static byte[] joined(byte[] input, int to, byte[] between, int from) {
    ByteBuffer out = ByteBuffer.allocate(to + between.length + input.length - from);
    return out.put(input, 0, to).put(between).put(input, from, input.length - from).array();
  }

  private byte[] json(byte[] input, List<byte[]> known) {
    try {
      JsonNode root = StrictJson.MAPPER.readTree(input);
      List<Consumer<JsonNode>> places = new ArrayList<>();
      collect(root, places);
      if (places.isEmpty()) {
        return text(input, known);
      }
      places.get(random.nextInt(places.size())).accept(value(root));
      return StrictJson.MAPPER.writeValueAsBytes(root);
    } catch (IOException e) {
      return text(input, known);
    }
  }

  /** A value of another kind, one from elsewhere, or none at all. */
  private JsonNode value(JsonNode root) {
    int kind = random.nextInt(10);
    if (kind == 0) {
      return null;
    }
    if (kind == 1) {
      List<JsonNode> all = new ArrayList<>();
      root.forEach(all::add);
      return all.isEmpty() ? NODES.nullNode() : all.get(random.nextInt(all.size())).deepCopy();
    }
    if (kind == 2) {
      JsonNode deep = NODES.arrayNode();
      for (int i = random.nextInt(1200); i > 0; i--) {
        deep = NODES.arrayNode().add(deep);
      }
      return deep;
    }
    return VALUES.get(random.nextInt(VALUES.size())).deepCopy();
  }

  /** The places where a value may stand; null deletes what is there. */
  private void collect(JsonNode node, List<Consumer<JsonNode>> places) {
    if (node instanceof ObjectNode object) {
      for (var e : object.properties()) {
        String key = e.getKey();
        places.add(
            v -> {
              if (v == null) {
                object.remove(key);
              } else {
                object.set(key, v);
              }
            });
        places.add(v -> object.set(key, near(object.get(key))));
        collect(e.getValue(), places);
      }
      places.add(v -> object.set("new", v == null ? NODES.nullNode() : v));
    } else if (node instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        int place = i;
        places.add(
            v -> {
              if (place < array.size() && v == null) {
                array.remove(place);
              } else if (place < array.size()) {
                array.set(place, v);
              }
            });
        collect(array.get(i), places);
      }
      places.add(v -> array.add(v == null ? NODES.nullNode() : v));
    }
  }

  /** A number near another; else the same value. */
  private JsonNode near(JsonNode value) {
    if (value == null || !value.isIntegralNumber()) {
      return value == null ? NODES.nullNode() : value;
    }
    long n = value.longValue();
    return NODES.numberNode(
        switch (random.nextInt(4)) {
          case 0 -> n + 1;
          case 1 -> n - 1;
          case 2 -> 2 * n;
          default -> n * 1000;
        });
  }

  private byte[] header(byte[] input, List<byte[]> known) {
    if (input.length < 8) {
      return bytes(input, known);
    }
    long length = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
    if (length < 0 || length > input.length - 8) {
      return bytes(input, known);
    }
    int end = 8 + (int) length;
    byte[] changed = json(Arrays.copyOfRange(input, 8, end), known);
    return ByteBuffer.allocate(8 + changed.length + input.length - end)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(changed.length)
        .put(changed)
        .put(input, end, input.length - end)
        .array();
  }
}
