package dev.meander.text;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

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

  /**
   * The rows of a text encoder's tokens.
   *
   * @param table [V, D]
   * @param ids [B, L] int64
   * @return [B, L, D]
   * @throws UserError when there are ids beyond V
   */
  public static Tensor embed(Tensor table, Tensor ids) {
    try (Scope scope = new Scope()) {
      double least = ids.numel() == 0 ? 0 : Tensors.scalar(ids.min());
      double most = ids.numel() == 0 ? 0 : Tensors.scalar(ids.max());
      if (least < 0 || most >= table.size(0)) {
        throw new UserError(
            "the tokenizer gives the token id %.0f, but its text encoder has ids 0 to %d (vocab_size): are the two of one model?"
                .formatted(least < 0 ? least : most, table.size(0) - 1));
      }
    }
    return torch.embedding(table, ids);
  }
}
