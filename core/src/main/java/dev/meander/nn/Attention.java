package dev.meander.nn;

import dev.meander.tensor.MemoryMeter;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Scaled dot-product attention and the reshaping around it. */
public final class Attention {
  /** Measured, see docs/performance.md: 16 MiB of them in 16 bits. */
  private static final long SCORES_AT_ONCE = 1 << 23;

  private Attention() {}

  /** [B, L, heads * d] to [B, L, heads, d]: heads stay behind the tokens, which needs no copies. */
  public static Tensor byHeads(Tensor x, long heads) {
    return x.view(x.size(0), x.size(1), heads, x.size(2) / heads);
  }

  /** [B, L, heads * d] to [B, heads, L, d]. */
  public static Tensor splitHeads(Tensor x, long heads) {
    return byHeads(x, heads).transpose(1, 2);
  }

  /** [B, heads, L, d] to [B, L, heads * d]. */
  public static Tensor mergeHeads(Tensor x) {
    return x.transpose(1, 2).reshape(x.size(0), x.size(2), x.size(1) * x.size(3));
  }

  /** Attention with all of [B, L, heads, d], to [B, L, heads * d]. */
  public static Tensor attendByHeads(Tensor q, Tensor k, Tensor v) {
    return mergeHeads(attend(q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)));
  }

  /**
   * {@code softmax(q k^T / sqrt(d)) v} with all of [B, heads, L, d].
   *
   * <p>16 bits on the CPU go through plain matrix products: the fused kernel's backward pass is
   * many times slower there, and sampling computes as training does, to the same bits.
   */
  public static Tensor attend(Tensor q, Tensor k, Tensor v) {
    return attend(q, k, v, null);
  }

  /**
   * As {@link #attend(Tensor, Tensor, Tensor)} with {@code bias} [L, L] (or broadcastable) added to
   * the scores.
   */
  public static Tensor attend(Tensor q, Tensor k, Tensor v, Tensor bias) {
    return attend(q, k, v, bias, 1 / Math.sqrt(q.size(3)));
  }

  /**
   * What is added to the scores so that nothing attends to padding: [B, 1, 1, L].
   *
   * @param mask [B, L] bool, true where a token is
   * @param type the type of the scores
   */
  public static Tensor padding(Tensor mask, ScalarType type) {
    return torch
        .zeros_like(mask.to(type))
        .masked_fill(mask.logical_not(), new Scalar(Float.NEGATIVE_INFINITY))
        .unsqueeze(1)
        .unsqueeze(1);
  }

  /** As {@link #attend(Tensor, Tensor, Tensor, Tensor)} with another factor of the scores. */
  public static Tensor attend(Tensor q, Tensor k, Tensor v, Tensor bias, double scale) {
    boolean half = q.scalar_type().intern() != ScalarType.Float;
    if (!keepsScores(MemoryMeter.asOnCpu(q), half)) {
      TensorOptional mask = bias == null ? new TensorOptional() : new TensorOptional(bias);
      return torch.scaled_dot_product_attention(
          q, k, v, mask, 0.0, false, new DoubleOptional(scale), false);
    }
    Tensor scaled = scale == 1 ? q : q.mul(new Scalar(scale));
    if (bias != null) {
      Tensor scores = torch.matmul(scaled, k.transpose(2, 3)).add(bias);
      return torch.matmul(torch.softmax(scores, -1), v);
    }
    return inPieces(scaled, k, v);
  }

  /**
   * Some heads at a time, so that the scores of one product are still in the cache for the next.
   */
  private static Tensor inPieces(Tensor q, Tensor k, Tensor v) {
    long heads = headsAtOnce(q.size(2) * k.size(2));
    TensorVector queries = torch.split(allHeads(q), heads, 0);
    TensorVector keys = torch.split(allHeads(k), heads, 0);
    TensorVector values = torch.split(allHeads(v), heads, 0);
    Tensor[] pieces = new Tensor[(int) queries.size()];
    for (int i = 0; i < pieces.length; i++) {
      try (Tensor scores = torch.bmm(queries.get(i), keys.get(i).transpose(1, 2));
          Tensor weights = torch.softmax(scores, -1)) {
        pieces[i] = torch.bmm(weights, values.get(i));
      }
    }
    return torch.cat(new TensorVector(pieces), 0).view(q.size(0), q.size(1), q.size(2), v.size(3));
  }

  /** How many heads compute together, of whose scores there are so many each. */
  static long headsAtOnce(long scores) {
    return Math.max(1, SCORES_AT_ONCE / scores);
  }

  /** [B, heads, L, d] to [B * heads, L, d], one after the other in memory. */
  private static Tensor allHeads(Tensor x) {
    return x.contiguous().view(x.size(0) * x.size(1), x.size(2), x.size(3));
  }

  /**
   * Whether the weights of all pairs of tokens become a tensor, which memory must hold.
   *
   * @param half a type of 16 bits
   */
  public static boolean keepsScores(boolean cpu, boolean half) {
    return cpu && half;
  }
}
