package com.example.meander;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Variant;
import dev.meander.sampler.NormalStep;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepInputs;
import dev.meander.sampler.StepTimes;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.NoiseLevel;
import dev.meander.schedule.SigmaSchedule;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * An SDE whose noise falls with the noise level, {@code s = eta*sigma}, and whose marginals are the
 * ODE's in the limit of small steps:
 *
 * <pre>
 *   mean = x + (v + s^2/(2 sigma) * noiseHat) * dt,  std = s*sqrt(-dt)
 *   with   noiseHat = x + v*(1-sigma)
 * </pre>
 */
@Doc("An SDE whose noise falls with the noise level.")
@Variant("tapered_sde")
public record TaperedSde(
    @Doc("Noise in relation to the noise level.") @Default("0.7") @Positive double eta)
    implements StochasticDynamics {

  @Override
  public StepDistribution step(Tensor latent, StepTimes times, Tensor velocity) {
    StepInputs in = StepInputs.of(latent, times, velocity);
    Tensor noiseHat = in.x().add(in.v().mul(StepInputs.oneMinus(in.sigma())));
    Tensor pull = in.sigma().mul(new Scalar(eta * eta / 2)); // s^2 / (2 sigma)
    Tensor mean = in.x().add(in.v().add(pull.mul(noiseHat)).mul(in.dt()));
    Tensor s = in.sigma().mul(new Scalar(eta));
    return new NormalStep(mean, s.mul(in.dt().neg().sqrt()), s);
  }

  @Override
  public NoiseLevel noise() {
    return new Noise(eta);
  }

  /** The same noise for step weights and reports. */
  private record Noise(double eta) implements NoiseLevel {
    @Override
    public double level(SigmaSchedule schedule, int k) {
      return eta * schedule.sigma(k);
    }

    @Override
    public double std(SigmaSchedule schedule, int k) {
      return level(schedule, k) * Math.sqrt(schedule.delta(k));
    }
  }
}
