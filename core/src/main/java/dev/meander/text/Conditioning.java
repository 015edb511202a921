package dev.meander.text;

import dev.meander.tensor.Tensors;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What the text encoders say about a batch of prompts.
 *
 * @param sequence [B, S, joint dimension], token by token
 * @param pooled [B, P], the whole prompt
 * @param guidance [B] float32, the scale that a guidance-distilled model is told; null where
 *     nothing is said of it
 */
public record Conditioning(Tensor sequence, Tensor pooled, Tensor guidance) {
  /** What a guidance-distilled model is told where nobody says anything else: FLUX.1-dev's. */
  public static final double USUAL_GUIDANCE = 3.5;

  /** Without a guidance scale. */
  public Conditioning(Tensor sequence, Tensor pooled) {
    this(sequence, pooled, null);
  }

  public long batch() {
    return sequence.size(0);
  }

  /** The same prompts, with the guidance scale that a guidance-distilled model is told. */
  public Conditioning guided(double scale) {
    Tensor all =
        torch.full(
            new long[] {batch()},
            new Scalar(scale),
            Tensors.options(ScalarType.Float).device(new DeviceOptional(sequence.device())));
    return new Conditioning(sequence, pooled, all);
  }

  /** The rows {@code index} [N] int64 of this batch, repeats allowed. */
  public Conditioning select(Tensor index) {
    return map(t -> t.index_select(0, index));
  }

  /** The rows {@code start} to {@code start + count - 1}. */
  public Conditioning narrow(long start, long count) {
    return map(t -> t.narrow(0, start, count));
  }

  private Conditioning map(UnaryOperator<Tensor> rows) {
    return new Conditioning(
        rows.apply(sequence), rows.apply(pooled), guidance == null ? null : rows.apply(guidance));
  }

  /**
   * This batch followed by {@code other}.
   *
   * @throws IllegalArgumentException when only one of them has guidance scales
   */
  public Conditioning concat(Conditioning other) {
    if ((guidance == null) != (other.guidance == null)) {
      throw new IllegalArgumentException("only one of two batches has guidance scales");
    }
    return new Conditioning(
        Tensors.cat(0, sequence, other.sequence),
        Tensors.cat(0, pooled, other.pooled),
        guidance == null ? null : Tensors.cat(0, guidance, other.guidance));
  }
}
