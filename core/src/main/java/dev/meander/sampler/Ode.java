package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;

/** The probability-flow ODE by Euler's method. */
public final class Ode {
  private Ode() {}

  /**
   * The next latent, {@code x + v*dt}, in float32 whatever the inputs are.
   *
   * @param latent {@code [B, ...]}
   * @param times the noise levels of each sample
   * @param velocity {@code [B, ...]}, noise minus clean
   */
  public static Tensor step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    return in.x().add(in.v().mul(in.dt()));
  }
}
