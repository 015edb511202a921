package dev.meander.nn;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Two linear layers with SiLU between, through which a transformer learns its condition.
 *
 * @param in the layer {@code linear_1}
 * @param out the layer {@code linear_2}
 */
public record Embedder(Linear in, Linear out) {
  private static final double TIMESTEPS = 1000;
  private static final int FEATURES = 256;

  /** The embedder of vectors, such as pooled text. */
  public static Embedder ofVectors(Parameters p, String name, long from, long to) {
    return new Embedder(
        new Linear(p, name + ".linear_1", from, to), new Linear(p, name + ".linear_2", to, to));
  }

  /** The embedder of numbers, such as noise levels, by their sinusoidal features. */
  public static Embedder ofNumbers(Parameters p, String name, long to) {
    Init init = new Init.Normal(0.02);
    return new Embedder(
        new Linear(p, name + ".linear_1", FEATURES, to, true, init),
        new Linear(p, name + ".linear_2", to, to, true, init));
  }

  /** Vectors [B, from] to [B, to]. */
  public Tensor forward(Tensor x) {
    return out.forward(torch.silu(in.forward(x)));
  }

  /**
   * Numbers [B] to [B, to].
   *
   * @param compute what is computed in
   */
  public Tensor forward(Tensor numbers, ScalarType compute) {
    Tensor timesteps = numbers.mul(new Scalar(TIMESTEPS));
    return forward(Embeddings.time(timesteps, FEATURES).to(compute));
  }
}
