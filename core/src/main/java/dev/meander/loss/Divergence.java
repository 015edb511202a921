package dev.meander.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arithmetic that the KL penalties share. */
public final class Divergence {
  private Divergence() {}

  /**
   * {@code mean((mean - reference)^2) / (2 scale^2)}, the reference held constant.
   *
   * @param mean {@code [B, ...]} float32
   * @param reference {@code [B, ...]}
   * @param scale {@code [B, 1, ...]}
   * @return {@code [B]}
   */
  public static Tensor between(Tensor mean, Tensor reference, Tensor scale) {
    Tensor distance = mean.sub(reference.detach().to(ScalarType.Float)).square();
    Tensor twiceVariance = scale.square().mul(new Scalar(2.0)).flatten(0, -1);
    return distance.flatten(1, -1).mean(1).div(twiceVariance);
  }
}
