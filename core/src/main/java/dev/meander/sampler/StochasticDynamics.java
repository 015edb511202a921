package dev.meander.sampler;

import dev.meander.config.Variants;
import dev.meander.schedule.NoiseLevel;
import org.bytedeco.pytorch.Tensor;

/**
 * How the latent moves from one noise level to the next, by steps that have a density and can
 * therefore be trained. The deterministic step is {@link Ode}.
 *
 * <p>{@link StepInputs} prepares the arguments of a step, and {@link NormalStep} is the result
 * wherever the noise is normal. Rollout and update both call {@link #step}; it must be a function
 * of its arguments alone.
 */
@Variants({FlowSde.class, Cps.class, DanceSde.class})
public interface StochasticDynamics {
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

  /**
   * The noise of each step, a function of the schedule alone: {@link StepInputs#level} and {@link
   * StepInputs#std} give it to a step, and step weights and reports read it. Where its {@link
   * NoiseLevel#std} is 0 a step cannot be trained.
   */
  NoiseLevel noise();
}
