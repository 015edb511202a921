package dev.meander.text;

import dev.meander.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/**
 * What the text encoders say about a batch of prompts.
 *
 * @param sequence [B, S, joint dimension], token by token
 * @param pooled [B, P], the whole prompt
 */
public record Conditioning(Tensor sequence, Tensor pooled) {
  public long batch() {
    return sequence.size(0);
  }

  /** The rows {@code index} [N] int64 of this batch, repeats allowed. */
  public Conditioning select(Tensor index) {
    return new Conditioning(sequence.index_select(0, index), pooled.index_select(0, index));
  }

  /** The rows {@code start} to {@code start + count - 1}. */
  public Conditioning narrow(long start, long count) {
    return new Conditioning(sequence.narrow(0, start, count), pooled.narrow(0, start, count));
  }

  /** This batch followed by {@code other}. */
  public Conditioning concat(Conditioning other) {
    return new Conditioning(
        Tensors.cat(0, sequence, other.sequence), Tensors.cat(0, pooled, other.pooled));
  }
}
