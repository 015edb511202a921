package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;

/** What one step of the sampler may lead to, sample by sample. */
public interface StepDistribution {
  /** The mean of the next latent, {@code [B, ...]} float32. */
  Tensor mean();

  /** Its standard deviation, {@code [B, 1, ...]}. */
  Tensor std();

  /** The noise level {@code s}, {@code [B, 1, ...]}: the scale of flow_grpo's KL penalty. */
  Tensor noiseLevel();

  /** The next latent for standard normal {@code noise [B, ...]}. */
  default Tensor sample(Tensor noise) {
    return mean().add(std().mul(noise));
  }

  /**
   * The log-density of {@code next}, as the mean over all latent dimensions (not the sum: this sets
   * the scale of clip ranges, 1e-4 to 1e-5).
   *
   * <p>{@code next} counts as a constant: gradients flow through the distribution alone.
   *
   * @param next {@code [B, ...]}
   * @return {@code [B]}
   */
  Tensor logProb(Tensor next);
}
