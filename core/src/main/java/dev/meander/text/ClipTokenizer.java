package dev.meander.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.config.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A {@code tokenizer/} directory of CLIP: text to a fixed number of token ids. */
public final class ClipTokenizer implements AutoCloseable {
  static final String START = "<|startoftext|>";
  static final String END = "<|endoftext|>";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HuggingFaceTokenizer tokenizer;
  private final int maxLength;
  private final long padId;

  private ClipTokenizer(HuggingFaceTokenizer tokenizer, int maxLength, long padId) {
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.padId = padId;
  }

  /**
   * Loads {@code tokenizer.json}, or {@code vocab.json} and {@code merges.txt}, with {@code
   * tokenizer_config.json}.
   *
   * @throws UserError naming the file that is missing or wrong
   */
  public static ClipTokenizer load(Path directory) {
    try {
      JsonNode config = JSON.readTree(require(directory, "tokenizer_config.json").toFile());
      String pad = content(config.path("pad_token"), END);
      JsonNode json = definition(directory, pad);
      try (InputStream in = new ByteArrayInputStream(JSON.writeValueAsBytes(json))) {
        HuggingFaceTokenizer tokenizer =
            HuggingFaceTokenizer.newInstance(in, Map.of("padding", "false", "truncation", "false"));
        JsonNode padId = json.path("model").path("vocab").path(pad);
        if (!padId.isInt()) {
          throw new UserError(directory + ": pad_token " + pad + " is not in the vocabulary");
        }
        return new ClipTokenizer(
            tokenizer, config.path("model_max_length").asInt(77), padId.asLong());
      }
    } catch (IOException e) {
      throw new UserError(directory + ": the tokenizer cannot be read: " + e.getMessage(), e);
    }
  }

  private static JsonNode definition(Path directory, String pad) throws IOException {
    Path whole = directory.resolve("tokenizer.json");
    if (Files.exists(whole)) {
      return JSON.readTree(whole.toFile());
    }
    Map<String, Integer> vocabulary =
        JSON.readValue(require(directory, "vocab.json").toFile(), new TypeReference<>() {});
    List<String[]> merges =
        Files.readAllLines(require(directory, "merges.txt")).stream()
            .filter(line -> !line.startsWith("#version") && !line.isBlank())
            .map(line -> line.split(" "))
            .toList();
    return TokenizerJson.of(vocabulary, merges, pad.equals(END) ? List.of() : List.of(pad));
  }

  private static Path require(Path directory, String file) {
    Path path = directory.resolve(file);
    if (!Files.isRegularFile(path)) {
      throw new UserError("missing file " + path);
    }
    return path;
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
    long[] ids = tokenizer.encode(text).getIds();
    long[] out = Arrays.copyOf(ids, length);
    if (ids.length > length) {
      out[length - 1] = ids[ids.length - 1];
    } else {
      Arrays.fill(out, ids.length, length, padId);
    }
    return out;
  }

  /** {@code model_max_length}. */
  public int maxLength() {
    return maxLength;
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
