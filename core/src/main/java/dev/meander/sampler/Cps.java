package dev.meander.sampler;

import static dev.meander.sampler.StepInputs.oneMinus;

import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.schedule.CpsNoise;
import dev.meander.schedule.NoiseLevel;
import org.bytedeco.pytorch.Tensor;

/**
 * Coefficients-preserving sampling (Flow-CPS, arXiv 2509.05952): part of the estimated noise is
 * replaced by new noise, so the latent always holds exactly {@code sigma[k+1]} of noise.
 *
 * <pre>
 *   mean = cleanHat*(1-sigma[k+1]) + noiseHat*sqrt(sigma[k+1]^2 - s^2)
 *   with   cleanHat = x - sigma*v,  noiseHat = x + v*(1-sigma)
 * </pre>
 *
 * <p>with the level {@code s}, which is also the std, of {@link CpsNoise}.
 */
@Variant("cps")
public record Cps(
    @Doc("Noise level a, up to 1, where all noise is new.") @Range(min = 0, max = 1)
        double noiseLevel)
    implements StochasticDynamics {
  public Cps {
    Rules.require(Cps.class, noiseLevel);
  }

  @Override
  public NoiseLevel noise() {
    return new CpsNoise(noiseLevel);
  }

  @Override
  public StepDistribution step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    Tensor next = in.sigmaNext();
    Tensor s = in.std(noise());
    Tensor cleanHat = in.x().sub(in.sigma().mul(in.v()));
    Tensor noiseHat = in.x().add(in.v().mul(oneMinus(in.sigma())));
    Tensor kept = next.square().sub(s.square()).sqrt();
    return new CpsStep(cleanHat.mul(oneMinus(next)).add(noiseHat.mul(kept)), s);
  }
}
