package dev.meander.nn;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Normalisation layers; each is a function of its input, {@code forward(x)} keeps the shape. */
public final class Norms {
  private Norms() {}

  /** Layer normalisation over the last dimension without scale or shift. */
  public static Tensor layerNorm(Tensor x, double eps) {
    return torch.layer_norm(
        x, new long[] {x.size(-1)}, new TensorOptional(), new TensorOptional(), eps, false);
  }

  /** Layer normalisation over the last dimension with a learned scale and shift. */
  public static final class LayerNorm {
    private final Tensor weight;
    private final Tensor bias;
    private final double eps;

    public LayerNorm(Parameters p, String name, long size, double eps) {
      this.weight = p.get(name + ".weight", Init.ONES, size);
      this.bias = p.get(name + ".bias", Init.ZEROS, size);
      this.eps = eps;
    }

    public Tensor forward(Tensor x) {
      return torch.layer_norm(
          x,
          new long[] {x.size(-1)},
          new TensorOptional(Linear.like(weight, x)),
          new TensorOptional(Linear.like(bias, x)),
          eps,
          false);
    }
  }

  /** Root-mean-square normalisation over the last dimension with a learned scale. */
  public static final class RmsNorm {
    private final Tensor weight;
    private final double eps;

    public RmsNorm(Parameters p, String name, long size, double eps) {
      this.weight = p.get(name + ".weight", Init.ONES, size);
      this.eps = eps;
    }

    public Tensor forward(Tensor x) {
      return torch.rms_norm(
          x,
          new long[] {x.size(-1)},
          new TensorOptional(Linear.like(weight, x)),
          new DoubleOptional(eps));
    }
  }

  /** Group normalisation over the channels of [B, C, ...]. */
  public static final class GroupNorm {
    private final Tensor weight;
    private final Tensor bias;
    private final long groups;
    private final double eps;

    public GroupNorm(Parameters p, String name, long groups, long channels, double eps) {
      this.weight = p.get(name + ".weight", Init.ONES, channels);
      this.bias = p.get(name + ".bias", Init.ZEROS, channels);
      this.groups = groups;
      this.eps = eps;
    }

    public Tensor forward(Tensor x) {
      return torch.group_norm(
          x,
          groups,
          new TensorOptional(Linear.like(weight, x)),
          new TensorOptional(Linear.like(bias, x)),
          eps,
          false);
    }
  }
}
