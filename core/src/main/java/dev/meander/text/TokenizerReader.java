package dev.meander.text;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.tensor.Natives;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** Reads {@code tokenizer.json} with Hugging Face's own library. */
public final class TokenizerReader {
  private static final String LIBRARY = "RUST_FLAVOR";

  static {
    Natives.prepare();
    // Where it sees a GPU, DJL would download another build, which reads text no differently.
    if (System.getenv(LIBRARY) == null && System.getProperty(LIBRARY) == null) {
      System.setProperty(LIBRARY, "cpu");
    }
  }

  private TokenizerReader() {}

  /**
   * Whatever the definition says of padding and truncation is put aside.
   *
   * @throws IOException with the library's complaint about the content
   */
  public static HuggingFaceTokenizer read(InputStream json) throws IOException {
    JsonNode definition = TokenizerDefinition.checked(TokenizerJson.JSON.readTree(json));
    byte[] checked = TokenizerJson.JSON.writeValueAsBytes(definition);
    try {
      return HuggingFaceTokenizer.newInstance(
          new ByteArrayInputStream(checked), Map.of("padding", "false", "truncation", "false"));
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
