package dev.meander.text;

import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Token ids of several prompts as one tensor. */
public final class TokenIds {
  private TokenIds() {}

  /** A tokenizer: a text to so many ids. */
  @FunctionalInterface
  public interface Encoding {
    long[] ids(String text, int length);
  }

  /** [B, length] int64. */
  public static Tensor of(List<String> prompts, int length, Encoding encoding) {
    long[] all = new long[prompts.size() * length];
    for (int i = 0; i < prompts.size(); i++) {
      System.arraycopy(encoding.ids(prompts.get(i), length), 0, all, i * length, length);
    }
    return Tensors.of(all, prompts.size(), length);
  }
}
