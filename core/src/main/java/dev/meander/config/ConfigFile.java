package dev.meander.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/** Reads YAML and JSON into trees that remember the line of every key. */
public final class ConfigFile {
  /** No sensible file is deeper; reading and copying recurse. */
  private static final int MAX_DEPTH = 100;

  private static final String BYTE_ORDER_MARK = "\uFEFF";
  private static final String GIT_LFS = "version https://git-lfs";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final JsonFactory JSON = new JsonFactory();
  private static final YAMLFactory YAML =
      YAMLFactory.builder()
          .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS) // "no", "on", "y"
          .build();

  private final JsonParser parser;
  private final String source;
  private final Problems problems = new Problems();
  private int depth;

  private ConfigFile(JsonParser parser, String source) {
    this.parser = parser;
    this.source = source;
  }

  /**
   * Reads a file: JSON when its name ends in {@code .json}, else YAML.
   *
   * @throws UserError when there is no such file, or its content is not what it should be
   */
  public static ObjectNode read(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.UTF_8);
      if (text.startsWith(GIT_LFS)) {
        throw new UserError(
            file + " is a Git LFS pointer; fetch the real file with 'git lfs pull'");
      }
      return parse(
          text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text,
          file.toString(),
          file.toString().endsWith(".json") ? JSON : YAML);
    } catch (NoSuchFileException e) {
      throw new UserError("there is no file " + file, e);
    } catch (CharacterCodingException e) {
      throw new UserError(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(file, e), e);
    }
  }

  /**
   * Reads YAML (or JSON, which is YAML).
   *
   * @param source what to call it in messages
   * @throws UserError when it is not an object, or has a key twice
   */
  public static ObjectNode parse(String yaml, String source) {
    return parse(yaml, source, YAML);
  }

  /** Where a key of a tree that was read here stands: {@code FILE, line 3}. */
  public static String where(ObjectNode tree, String key) {
    Origin origin = LocatedObject.origin(tree, key, new Origin("", 0));
    return origin.line() > 0 ? origin.source() + ", line " + origin.line() : origin.source();
  }

  /**
   * Reads one YAML value of any kind, as after a key.
   *
   * @throws UserError when it cannot be parsed
   */
  static JsonNode parseValue(String yaml, String source) {
    return parseAny(yaml, source, YAML);
  }

  private static ObjectNode parse(String text, String source, JsonFactory format) {
    JsonNode root = parseAny(text, source, format);
    if (format == JSON && text.isBlank()) {
      throw new UserError(source + " is empty; was it written to its end?");
    }
    if (format != JSON && root.isNull()) {
      return new LocatedObject(new Origin(source, 1));
    }
    if (root instanceof ObjectNode object) {
      return object;
    }
    throw new UserError(source + " must hold keys with values (key: value) at its top level");
  }

  private static JsonNode parseAny(String text, String source, JsonFactory format) {
    try (JsonParser parser = format.createParser(text)) {
      ConfigFile reader = new ConfigFile(parser, source);
      JsonNode root = parser.nextToken() == null ? NODES.nullNode() : reader.value("", 1);
      if (parser.nextToken() != null) {
        throw new UserError(source + reader.at() + ": only one document may stand in a file");
      }
      reader.problems.throwIfAny(source);
      return root;
    } catch (JsonProcessingException e) {
      throw new UserError(syntaxMessage(source, e), e);
    } catch (IOException e) {
      throw new UserError("cannot read " + source + ": " + StrictJson.fault(e), e);
    }
  }

  private static String syntaxMessage(String source, JsonProcessingException e) {
    if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
      return source + ", line " + (yaml.getProblemMark().getLine() + 1) + ": " + yaml.getProblem();
    }
    String line = e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
    return source + line + ": " + StrictJson.fault(e);
  }

  private int line() {
    return parser.currentTokenLocation().getLineNr();
  }

  private String at() {
    return ", line " + line();
  }

  /** The value at the current token; an object counts as beginning in the line of its key. */
  private JsonNode value(String path, int keyLine) throws IOException {
    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
      problems.add(
          "line " + line() + ": " + path + " is an alias (*" + yaml.getText() + "); write it out");
      return NODES.nullNode();
    }
    return switch (parser.currentToken()) {
      case START_OBJECT, START_ARRAY -> container(path, keyLine);
      case VALUE_STRING -> NODES.textNode(parser.getText());
      case VALUE_NUMBER_INT -> integer();
      case VALUE_NUMBER_FLOAT -> real();
      case VALUE_TRUE -> NODES.booleanNode(true);
      case VALUE_FALSE -> NODES.booleanNode(false);
      case VALUE_NULL -> NODES.nullNode();
      default -> {
        problems.add("line " + line() + ": " + path + " is of a kind that is not supported");
        yield NODES.nullNode();
      }
    };
  }

  private JsonNode container(String path, int keyLine) throws IOException {
    if (++depth > MAX_DEPTH) {
      throw new UserError(source + at() + ": nested deeper than " + MAX_DEPTH + " levels");
    }
    boolean list = parser.currentToken() == JsonToken.START_ARRAY;
    JsonNode node = list ? array(path) : object(path, keyLine);
    depth--;
    return node;
  }

  private JsonNode integer() throws IOException {
    return switch (parser.getNumberType()) {
      case INT -> NODES.numberNode(parser.getIntValue());
      case LONG -> NODES.numberNode(parser.getLongValue());
      default -> NODES.numberNode(parser.getBigIntegerValue());
    };
  }

  /** Text where it is no finite decimal, such as YAML's {@code .inf}. */
  private JsonNode real() throws IOException {
    String text = parser.getText();
    try {
      return NODES.numberNode(parser.getDoubleValue());
    } catch (JsonProcessingException e) {
      return NODES.textNode(text);
    }
  }

  private JsonNode array(String path) throws IOException {
    ArrayNode array = NODES.arrayNode();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(Keys.element(path, array.size()), line()));
    }
    return array;
  }

  private JsonNode object(String path, int firstLine) throws IOException {
    LocatedObject object = new LocatedObject(new Origin(source, firstLine));
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = parser.currentName();
      int line = line();
      parser.nextToken();
      JsonNode value = value(Keys.child(path, key), line);
      if (object.has(key)) {
        problems.add("line " + line + ": key " + Keys.child(path, key) + " appears twice");
      }
      object.put(key, value, new Origin(source, line));
    }
    return object;
  }
}
