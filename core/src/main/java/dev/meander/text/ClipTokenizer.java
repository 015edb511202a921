package dev.meander.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@code tokenizer/} directory of CLIP: text to a fixed number of token ids. */
public final class ClipTokenizer implements AutoCloseable {
  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";
  private static final String CONFIG = "tokenizer_config.json";
  private static final String WHOLE = "tokenizer.json";
  private static final String VOCABULARY = "vocab.json";
  private static final String MERGES = "merges.txt";

  private static final int USUAL_TOKENS = 77;
  private static final int MOST_TOKENS = 100_000;

  private final NativeTokenizer tokenizer;
  private final int maxLength;

  private ClipTokenizer(NativeTokenizer tokenizer, int maxLength) {
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
  }

  /**
   * Loads {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}, with {@code
   * tokenizer_config.json}.
   *
   * @throws UserError naming the file that is missing or wrong
   */
  public static ClipTokenizer load(Path directory) {
    requireFiles(directory);
    try {
      JsonNode config = TokenizerJson.JSON.readTree(directory.resolve(CONFIG).toFile());
      String pad = content(config.path("pad_token"), END);
      JsonNode json = definition(directory, pad);
      JsonNode vocabulary = json.path("model").path("vocab");
      requireTokens(directory, vocabulary, pad);
      return new ClipTokenizer(
          NativeTokenizer.of(json, vocabulary.path(pad).asLong()),
          length(config.path("model_max_length"), directory));
    } catch (IOException e) {
      throw new UserError(directory + ": the tokenizer cannot be read: " + StrictJson.fault(e), e);
    }
  }

  /** Transformers writes 1e30 where no length is known. */
  private static int length(JsonNode length, Path directory) {
    boolean unknown =
        length.isMissingNode() || length.isNull() || length.doubleValue() > MOST_TOKENS;
    if (!unknown
        && !(length.isIntegralNumber() && length.canConvertToInt() && length.intValue() >= 2)) {
      throw new UserError(
          "%s: model_max_length must be an integer of at least 2, found %s"
              .formatted(directory.resolve(CONFIG), length));
    }
    return unknown ? USUAL_TOKENS : length.intValue();
  }

  private static void requireFiles(Path directory) {
    List<String> files =
        Files.exists(directory.resolve(WHOLE))
            ? List.of(CONFIG)
            : List.of(CONFIG, VOCABULARY, MERGES);
    List<String> missing =
        files.stream()
            .filter(f -> !Files.isRegularFile(directory.resolve(f)))
            .map(f -> directory.resolve(f).toString())
            .toList();
    if (!missing.isEmpty()) {
      throw new UserError("there is no file " + String.join(", nor ", missing));
    }
  }

  private static void requireTokens(Path directory, JsonNode vocabulary, String... tokens) {
    for (String token : tokens) {
      if (!vocabulary.path(token).isInt()) {
        throw new UserError(directory + ": the token " + token + " is not in the vocabulary");
      }
    }
  }

  private static JsonNode definition(Path directory, String pad) throws IOException {
    if (Files.exists(directory.resolve(WHOLE))) {
      return TokenizerJson.JSON.readTree(directory.resolve(WHOLE).toFile());
    }
    JsonNode tokens = TokenizerJson.JSON.readTree(directory.resolve(VOCABULARY).toFile());
    requireTokens(directory, tokens, START, END, pad);
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> token : tokens.properties()) {
      if (!token.getValue().isInt() || token.getValue().intValue() < 0) {
        throw new UserError(
            "%s: the id of token %s must be an integer of at least 0, found %s"
                .formatted(directory.resolve(VOCABULARY), token.getKey(), token.getValue()));
      }
      vocabulary.put(token.getKey(), token.getValue().intValue());
    }
    return TokenizerJson.of(
        vocabulary, merges(directory.resolve(MERGES)), pad.equals(END) ? List.of() : List.of(pad));
  }

  private static List<String[]> merges(Path file) throws IOException {
    List<String[]> merges =
        Files.readAllLines(file).stream()
            .filter(line -> !line.startsWith("#version") && !line.isBlank())
            .map(line -> line.split(" "))
            .toList();
    for (String[] pair : merges) {
      if (pair.length != 2) {
        throw new UserError(
            file + ": a merge is two tokens with a space between, not " + String.join(" ", pair));
      }
    }
    return merges;
  }

  /** Special tokens are written as a string or as an object with {@code content}. */
  private static String content(JsonNode token, String otherwise) {
    return token.isObject() ? token.path("content").asText() : token.asText(otherwise);
  }

  /**
   * Tokens of {@code text} between start and end, cut or padded to {@code length}; cut text keeps
   * its end token.
   */
  public long[] encode(String text, int length) {
    return tokenizer.encode(text, length);
  }

  /** {@code model_max_length}. */
  public int maxLength() {
    return maxLength;
  }

  /** All tokens of {@code text}, as many as there are. */
  public long[] all(String text) {
    return tokenizer.all(text);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
