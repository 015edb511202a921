package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;

/**
 * A step of coefficients-preserving sampling, whose log-density drops all constants: {@code
 * -(x'-mean)^2}. Its ratios are therefore on another scale than those of {@link NormalStep}.
 *
 * @param mean {@code [B, ...]}
 * @param std {@code s}, {@code [B, 1, ...]}
 */
public record CpsStep(Tensor mean, Tensor std) implements StepDistribution {
  @Override
  public Tensor noiseLevel() {
    return std;
  }

  @Override
  public Tensor logProb(Tensor next) {
    return Latents.meanOverDimensions(Latents.squaredDistance(next, mean).neg());
  }
}
