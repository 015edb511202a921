package dev.meander.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** A {@code tokenizer.json} in use: text to a fixed number of token ids. */
final class NativeTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final long padId;

  private NativeTokenizer(HuggingFaceTokenizer tokenizer, long padId) {
    this.tokenizer = tokenizer;
    this.padId = padId;
  }

  static NativeTokenizer of(JsonNode definition, long padId) throws IOException {
    try (InputStream in =
        new ByteArrayInputStream(TokenizerJson.JSON.writeValueAsBytes(definition))) {
      return new NativeTokenizer(TokenizerReader.read(in), padId);
    }
  }

  /** Tokens of {@code text}, cut or padded to {@code length}; cut text keeps its last token. */
  long[] encode(String text, int length) {
    long[] ids = all(text);
    long[] out = Arrays.copyOf(ids, length);
    if (ids.length > length) {
      out[length - 1] = ids[ids.length - 1];
    } else {
      Arrays.fill(out, ids.length, length, padId);
    }
    return out;
  }

  /** All tokens of {@code text}. */
  long[] all(String text) {
    try {
      return tokenizer.encode(text).getIds();
    } catch (RuntimeException e) {
      throw new UserError(
          "the tokenizer cannot read \"%s\": %s".formatted(text, e.getMessage()), e);
    }
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
