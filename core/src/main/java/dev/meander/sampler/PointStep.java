package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;

/**
 * A deterministic step.
 *
 * @param mean where it leads, {@code [B, ...]}
 * @param std zeros, {@code [B, 1, ...]}
 */
public record PointStep(Tensor mean, Tensor std) implements StepDistribution {
  @Override
  public Tensor noiseLevel() {
    return std;
  }

  @Override
  public Tensor sample(Tensor noise) {
    return mean;
  }

  @Override
  public Tensor logProb(Tensor next) {
    throw new IllegalStateException("a deterministic step has no log-density");
  }
}
