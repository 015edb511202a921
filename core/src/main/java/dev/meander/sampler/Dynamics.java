package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;

/** How the latent moves from one noise level to the next. */
public sealed interface Dynamics permits Ode, StochasticDynamics {
  /**
   * The distribution of the next latent, in float32 whatever the inputs are: bf16 overflows the
   * mean.
   *
   * <p>Differentiable with respect to the velocity and the latent. What it allocates belongs to the
   * innermost open scope.
   *
   * @param latent {@code [B, ...]}
   * @param times the noise levels of each sample
   * @param velocity {@code [B, ...]}, noise minus clean
   */
  StepDistribution step(Tensor latent, StepTimes times, Tensor velocity);
}
