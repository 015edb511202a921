package dev.meander.sampler;

import static dev.meander.sampler.StepInputs.oneMinus;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.schedule.FlowSdeNoise;
import dev.meander.schedule.NoiseLevel;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Flow-GRPO's SDE (arXiv 2505.05470), which has the ODE's marginals in the limit of small steps:
 *
 * <pre>
 *   mean = x*(1 + s^2/(2 sigma)*dt) + v*(1 + s^2 (1-sigma)/(2 sigma))*dt
 * </pre>
 *
 * <p>with the level {@code s} and the std of {@link FlowSdeNoise}.
 */
@Variant("flow_sde")
public record FlowSde(
    @Doc("Noise level a: 0.7 for SD3.5-M, 0.9 for FLUX.") @Range(min = 0) double noiseLevel)
    implements StochasticDynamics {
  public FlowSde {
    Rules.require(FlowSde.class, noiseLevel);
  }

  @Override
  public NoiseLevel noise() {
    return new FlowSdeNoise(noiseLevel);
  }

  @Override
  public StepDistribution step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    Tensor sigma = in.sigma();
    Tensor dt = in.dt();
    Tensor s = in.level(noise());
    Tensor pull = s.square().div(sigma.mul(new Scalar(2.0))); // s^2 / (2 sigma)
    Tensor ofLatent = pull.mul(dt).add(new Scalar(1.0));
    Tensor ofVelocity = pull.mul(oneMinus(sigma)).add(new Scalar(1.0)).mul(dt);
    Tensor mean = in.x().mul(ofLatent).add(in.v().mul(ofVelocity));
    return new NormalStep(mean, in.std(noise()), s);
  }
}
