package dev.meander.preference;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import dev.meander.text.TokenizerReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** BERT's tokenizer from its {@code tokenizer.json}; padding is id 0, as in every BERT. */
final class BertTokenizer implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;

  private BertTokenizer(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /**
   * Loads {@code tokenizer.json}.
   *
   * @throws UserError naming the file
   */
  static BertTokenizer load(Path directory) {
    Path file = directory.resolve("tokenizer.json");
    if (!Files.isRegularFile(file)) {
      throw new UserError(
          "there is no file " + file + "; ImageReward takes that of bert-base-uncased");
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new BertTokenizer(TokenizerReader.read(in));
    } catch (IOException e) {
      throw new UserError(file + ": the tokenizer cannot be read: " + StrictJson.fault(e), e);
    }
  }

  /**
   * Prompts as ids, and which of them are no padding.
   *
   * @param ids [B, L] int64
   * @param present [B, L] float32
   */
  record Tokens(Tensor ids, Tensor present) {}

  /** Cut (the last token stays the last) and padded to {@code length}. */
  Tokens encode(List<String> texts, int length) {
    long[] ids = new long[texts.size() * length];
    float[] present = new float[ids.length];
    for (int i = 0; i < texts.size(); i++) {
      long[] own = tokenizer.encode(texts.get(i)).getIds();
      int n = Math.min(own.length, length);
      System.arraycopy(own, 0, ids, i * length, n);
      if (n > 0) { // a definition without its marks makes nothing of nothing
        ids[i * length + n - 1] = own[own.length - 1];
      }
      java.util.Arrays.fill(present, i * length, i * length + n, 1);
    }
    return new Tokens(
        Tensors.of(ids, texts.size(), length), Tensors.of(present, texts.size(), length));
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
