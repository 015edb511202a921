package dev.meander.loss;

import dev.meander.config.UserError;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Arithmetic that the KL penalties share. */
public final class Divergence {
  private Divergence() {}

  /**
   * Checks the factor of a penalty.
   *
   * @throws UserError when it is not a positive number
   */
  public static void requireBeta(double beta) {
    if (!(beta > 0) || Double.isInfinite(beta)) {
      throw new UserError("beta must be above 0, not " + beta + "; leave the KL out for none");
    }
  }

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
