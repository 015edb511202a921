package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The probability-flow ODE by Euler's method: {@code x + v*dt}. */
public record Ode() implements Dynamics {
  @Override
  public StepDistribution step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    return new PointStep(in.x().add(in.v().mul(in.dt())), torch.zeros_like(in.sigma()));
  }
}
