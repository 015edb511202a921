package dev.meander.nn;

import dev.meander.tensor.Autograd;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What an {@link AdaLayerNorm} makes of its condition for one branch of a block, each [B, 1, D].
 *
 * @param shift what is added to what goes into the branch
 * @param scale the factor of what goes into the branch, less 1
 * @param gate the factor of what comes out of the branch
 */
public record Modulation(Tensor shift, Tensor scale, Tensor gate) {
  /** What goes into the branch: {@code x * (1 + scale) + shift}. */
  public Tensor apply(Tensor x) {
    return apply(x, shift, scale);
  }

  /** The residual sum {@code x + gate * branch}. */
  public Tensor add(Tensor x, Tensor branch) {
    return torch.addcmul(x, gate, branch);
  }

  /** The same of an {@code x} that nobody else needs: in place, where nothing is recorded. */
  public Tensor addTo(Tensor x, Tensor branch) {
    return Autograd.records() ? add(x, branch) : x.addcmul_(gate, branch);
  }

  /** One pass over x, since shift and scale are one row each. */
  static Tensor apply(Tensor x, Tensor shift, Tensor scale) {
    return torch.addcmul(shift, x, scale.add(new Scalar(1)));
  }
}
