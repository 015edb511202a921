package dev.meander.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tokenizer directory of T5: text to a fixed number of token ids, the last of them the end. */
public final class T5Tokenizer implements AutoCloseable {
  private static final String WHOLE = "tokenizer.json";
  private static final String SENTENCE_PIECE = "spiece.model";
  private static final String PAD = "<pad>";

  private final NativeTokenizer tokenizer;

  private T5Tokenizer(NativeTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads {@code tokenizer.json}.
   *
   * @throws UserError naming the file that is missing or wrong; where there is only {@code
   *     spiece.model}, with the command that converts it
   */
  public static T5Tokenizer load(Path directory) {
    Path file = directory.resolve(WHOLE);
    if (!Files.isRegularFile(file)) {
      throw new UserError(missing(directory, file));
    }
    try {
      JsonNode json = TokenizerJson.JSON.readTree(file.toFile());
      return new T5Tokenizer(NativeTokenizer.of(json, padId(json, file)));
    } catch (IOException e) {
      throw new UserError(file + ": the tokenizer cannot be read: " + StrictJson.fault(e), e);
    }
  }

  private static String missing(Path directory, Path file) {
    if (!Files.isRegularFile(directory.resolve(SENTENCE_PIECE))) {
      return "there is no file " + file;
    }
    return ("there is no file %s, only %s, which must be converted once: python -c \"from transformers"
            + " import T5TokenizerFast; T5TokenizerFast.from_pretrained('%s').save_pretrained('%s')\"")
        .formatted(file, SENTENCE_PIECE, directory, directory);
  }

  /** A unigram vocabulary is a list of pairs; the id is the place. */
  private static long padId(JsonNode json, Path file) {
    JsonNode vocabulary = json.path("model").path("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      if (vocabulary.path(id).path(0).asText().equals(PAD)) {
        return id;
      }
    }
    throw new UserError(
        "%s: the token %s is not in the vocabulary; T5's is a unigram model, found %s"
            .formatted(file, PAD, json.path("model").path("type").asText("no model")));
  }

  /**
   * Tokens of {@code text} and the end, cut or padded to {@code length}; cut text keeps its end.
   */
  public long[] encode(String text, int length) {
    return tokenizer.encode(text, length);
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
