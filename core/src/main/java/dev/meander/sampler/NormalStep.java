package dev.meander.sampler;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A step with independent normal noise in every dimension.
 *
 * <p>Log-density: {@code -(x'-mean)^2/(2 std^2) - log(std) - log(2 pi)/2}.
 *
 * @param mean {@code [B, ...]}
 * @param std {@code s*sqrt(delta)}, {@code [B, 1, ...]}
 * @param noiseLevel {@code s}, {@code [B, 1, ...]}
 */
public record NormalStep(Tensor mean, Tensor std, Tensor noiseLevel) implements StepDistribution {
  private static final double HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

  @Override
  public Tensor logProb(Tensor next) {
    Tensor distance = Latents.squaredDistance(next, mean);
    Tensor twiceVariance = std.square().mul(new Scalar(2.0));
    return Latents.meanOverDimensions(
        distance.neg().div(twiceVariance).sub(std.log()).sub(new Scalar(HALF_LOG_TWO_PI)));
  }
}
