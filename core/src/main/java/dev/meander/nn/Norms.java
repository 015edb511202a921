package dev.meander.nn;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

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

  /**
   * Root-mean-square normalisation over the last dimension with a learned scale, of features that
   * nobody else needs: they are overwritten in passes that are not recorded.
   */
  public static final class RmsNorm {
    private final Tensor weight;
    private final double eps;

    public RmsNorm(Parameters p, String name, long size, double eps) {
      this.weight = p.get(name + ".weight", Init.ONES, size);
      this.eps = eps;
    }

    public Tensor forward(Tensor x) {
      return Engine.onHost() && x.scalar_type().intern() == ScalarType.Float
          ? byLength(x)
          : torch.rms_norm(
              x,
              new long[] {x.size(-1)},
              new TensorOptional(Linear.like(weight, x)),
              new DoubleOptional(eps));
    }

    /** The engine's own on a CPU is many small operations; this is fewer, and two are in place. */
    private Tensor byLength(Tensor x) {
      long size = x.size(-1);
      Tensor length =
          torch.linalg_vector_norm(
              x, new Scalar(2), new long[] {-1}, true, new ScalarTypeOptional());
      Tensor factor = length.square().add(new Scalar(eps * size)).rsqrt();
      Tensor scale = Linear.like(weight, x).mul(new Scalar(Math.sqrt(size)));
      return Autograd.records() ? x.mul(factor).mul(scale) : x.mul_(factor).mul_(scale);
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
