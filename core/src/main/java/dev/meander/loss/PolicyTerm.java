package dev.meander.loss;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The policy's part of the loss, before the mean over the batch.
 *
 * @param loss {@code [B]}, differentiable
 * @param logProb the new log-density, {@code [B]}, detached
 * @param ratio the new density over the old one, {@code [B]}, detached
 * @param clipped 1 where the ratio lies outside of the clip range, else 0, {@code [B]}
 */
public record PolicyTerm(Tensor loss, Tensor logProb, Tensor ratio, Tensor clipped) {
  /**
   * PPO's clipped term: {@code weight * max(-A*ratio, -A*clip(ratio, 1-c, 1+c))}.
   *
   * @param logProb the new log-density, {@code [B]}
   * @param ratio the probability ratio {@code [B]}, differentiable
   * @param advantage {@code [B]}
   * @param weight {@code [B]}
   * @param clipRange the clip range c, above 0
   */
  public static PolicyTerm clipped(
      Tensor logProb, Tensor ratio, Tensor advantage, Tensor weight, double clipRange) {
    Tensor inRange =
        ratio.clamp(
            new ScalarOptional(new Scalar(1 - clipRange)),
            new ScalarOptional(new Scalar(1 + clipRange)));
    Tensor gain = advantage.neg();
    Tensor loss = weight.mul(torch.maximum(gain.mul(ratio), gain.mul(inRange)));
    Tensor seen = ratio.detach();
    Tensor outside = seen.sub(new Scalar(1.0)).abs().gt(new Scalar(clipRange));
    return new PolicyTerm(loss, logProb.detach(), seen, outside.to(ScalarType.Float));
  }
}
