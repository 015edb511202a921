package dev.meander.sampler;

import static dev.meander.sampler.StepInputs.oneMinus;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.schedule.DanceNoise;
import dev.meander.schedule.NoiseLevel;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * DanceGRPO's SDE of constant noise (arXiv 2505.07818):
 *
 * <pre>
 *   mean = x + v*dt - eta^2/2 * score * dt
 *   with   score = -(x - cleanHat*(1-sigma))/sigma^2,  cleanHat = x - sigma*v
 * </pre>
 *
 * <p>with the std of {@link DanceNoise}.
 *
 * <p>Computed as {@code score = -noiseHat/sigma}, {@code noiseHat = x + v*(1-sigma)}: the same
 * number without the cancellation at small sigma.
 */
@Variant("dance_sde")
public record DanceSde(
    @Doc("Noise eta, the same at every step; DanceGRPO uses 0.3.") @Range(min = 0) double eta)
    implements StochasticDynamics {
  public DanceSde {
    Rules.require(DanceSde.class, eta);
  }

  @Override
  public NoiseLevel noise() {
    return new DanceNoise(eta);
  }

  @Override
  public StepDistribution step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    Tensor dt = in.dt();
    Tensor noiseHat = in.x().add(in.v().mul(oneMinus(in.sigma())));
    Tensor pull = noiseHat.div(in.sigma()).mul(new Scalar(eta * eta / 2)); // -eta^2/2 * score
    Tensor mean = in.x().add(in.v().add(pull).mul(dt));
    return new NormalStep(mean, in.std(noise()), in.level(noise()));
  }
}
