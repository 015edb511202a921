package dev.meander.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.random.Domain;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.UniformShift;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DynamicsTest {
  private static final SigmaSchedule SD3 = new StaticShift(3).schedule(10);
  private static final List<StochasticDynamics> STOCHASTIC =
      List.of(new FlowSde(0.7), new FlowSde(0.3), new Cps(0.7), new Cps(0.3), new DanceSde(0.3));

  private Scope scope;

  @BeforeEach
  void open() {
    scope = new Scope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void odeOfConstantVelocityArrivesAtTheCleanLatent() {
    Tensor noise = normal(1, 2, 4);
    Tensor clean = normal(2, 2, 4);
    Tensor velocity = noise.sub(clean);
    Tensor latent = noise;
    for (int k = 0; k < 10; k++) {
      latent = Ode.step(latent, StepTimes.of(SD3, k, k), velocity);
    }
    assertThat(Tensors.floats(latent)).containsExactly(Tensors.floats(clean), within(1e-5f));
  }

  @Test
  void withoutNoiseEveryDynamicsIsTheOde() {
    Tensor x = normal(1, 10, 3, 2);
    Tensor v = normal(2, 10, 3, 2);
    StepTimes times = allSteps();
    float[] ode = Tensors.floats(Ode.step(x, times, v));
    for (StochasticDynamics dynamics : List.of(new FlowSde(0), new Cps(0), new DanceSde(0))) {
      StepDistribution step = dynamics.step(x, times, v);
      assertThat(Tensors.floats(step.mean())).containsExactly(ode, within(2e-6f));
      assertThat(Tensors.floats(step.std())).containsOnly(0f);
    }
  }

  @Test
  void flowSdeKeepsTheMarginalsOfAnExactVelocityInTheLimitOfSmallSteps() {
    double[] end = marginals(new FlowSde(0.7)::step, 1600, 0.8, 0.5);
    assertThat(end[0]).isCloseTo(0.8, within(1e-3));
    assertThat(end[1]).isCloseTo(0.5, within(3e-3));
    // Half way the exact std is sqrt(.25^2 + .5^2); the error falls as the root of the step size.
    double exact = Math.sqrt(.3125);
    double coarse = marginalsAfter(new FlowSde(0.7)::step, even(100), 50, 0.8, 0.5)[1];
    double fine = marginalsAfter(new FlowSde(0.7)::step, even(1600), 800, 0.8, 0.5)[1];
    assertThat(coarse - exact).isBetween(.008, .010);
    assertThat(fine - exact).isBetween(.0015, .0022);
  }

  @Test
  void odeKeepsThemToo() {
    double[] end = marginals(DynamicsTest::ode, 1600, 0.8, 0.5);
    assertThat(end[0]).isCloseTo(0.8, within(1e-3));
    assertThat(end[1]).isCloseTo(0.5, within(2e-3));
  }

  @Test
  void cpsKeepsTheMarginalsOfAPointExactlyAtAnyStepSize() {
    double[] end = marginalsAfter(new Cps(0.7)::step, new UniformShift(3).schedule(7), 6, 0.8, 0);
    double sigma = new UniformShift(3).schedule(7).sigma(6);
    assertThat(end[0]).isCloseTo(0.8 * (1 - sigma), within(1e-6));
    assertThat(end[1]).isCloseTo(sigma, within(1e-6));
  }

  @Test
  void danceSdeIsItsFormulaInDoubles() {
    double eta = 0.3;
    float[] x = Domain.EXAMPLE.stream(1).normals(10);
    float[] v = Domain.EXAMPLE.stream(2).normals(10);
    StepDistribution step =
        new DanceSde(eta).step(Tensors.of(x, 10, 1), allSteps(), Tensors.of(v, 10, 1));
    float[] mean = Tensors.floats(step.mean());
    float[] std = Tensors.floats(step.std());
    for (int k = 0; k < 9; k++) { // at the last step sigma is .009 and the pull far from 0
      double sigma = SD3.sigma(k);
      double dt = SD3.dt(k);
      double clean = x[k] - sigma * v[k];
      double score = -(x[k] - clean * (1 - sigma)) / (sigma * sigma);
      double expected = x[k] + v[k] * dt - eta * eta / 2 * score * dt;
      assertThat((double) mean[k]).isCloseTo(expected, within(1e-6));
      assertThat((double) std[k]).isCloseTo(eta * Math.sqrt(-dt), within(1e-7));
    }
  }

  @Test
  void danceSdeKeepsTheMarginalsOfAnExactVelocityInTheLimitOfSmallSteps() {
    double exact = Math.sqrt(.3125);
    double[] coarse = marginalsAfter(new DanceSde(0.3)::step, even(100), 50, 0.8, 0.5);
    double[] fine = marginalsAfter(new DanceSde(0.3)::step, even(1600), 800, 0.8, 0.5);
    assertThat(fine[0]).isCloseTo(0.4, within(1e-3));
    assertThat(fine[1]).isCloseTo(exact, within(1e-3));
    assertThat(Math.abs(fine[1] - exact)).isLessThan(Math.abs(coarse[1] - exact) / 4);
  }

  private interface Step {
    StepDistribution step(Tensor latent, StepTimes times, Tensor velocity);
  }

  private static StepDistribution ode(Tensor latent, StepTimes times, Tensor velocity) {
    Tensor none = Tensors.of(new float[2], 2, 1);
    return new NormalStep(Ode.step(latent, times, velocity), none, none);
  }

  /** Mean and std at the end, for clean ~ N(mean, spread^2) and its exact velocity field. */
  private static double[] marginals(Step dynamics, int steps, double mean, double spread) {
    return marginalsAfter(dynamics, even(steps), steps, mean, spread);
  }

  private static SigmaSchedule even(int steps) {
    return new UniformShift(1).schedule(steps);
  }

  /** The velocity is linear in the latent, so a step maps mean and variance in closed form. */
  private static double[] marginalsAfter(
      Step dynamics, SigmaSchedule schedule, int steps, double mean, double spread) {
    double m = 0;
    double variance = 1;
    for (int k = 0; k < steps; k++) {
      try (Scope scope = new Scope()) {
        double sigma = schedule.sigma(k);
        double total = Math.pow((1 - sigma) * spread, 2) + sigma * sigma;
        double slope = (sigma - (1 - sigma) * spread * spread) / total;
        double atZero = -slope * (1 - sigma) * mean - mean;
        Tensor x = Tensors.of(new float[] {0, 1}, 2, 1);
        Tensor v = Tensors.of(new float[] {(float) atZero, (float) (atZero + slope)}, 2, 1);
        StepDistribution step = dynamics.step(x, StepTimes.of(schedule, k, k), v);
        float[] to = Tensors.floats(step.mean());
        double std = Tensors.floats(step.std())[0];
        double gain = (double) to[1] - to[0];
        m = gain * m + to[0];
        variance = gain * gain * variance + std * std;
      }
    }
    return new double[] {m, Math.sqrt(variance)};
  }

  @Test
  void normalLogDensityIsTheMeanOverTheDimensions() {
    Tensor x = normal(1, 10, 2, 3);
    StepDistribution step = new FlowSde(0.7).step(x, allSteps(), normal(2, 10, 2, 3));
    float[] noise = Domain.EXAMPLE.stream(3).normals(60);
    float[] logProb = Tensors.floats(step.logProb(step.sample(Tensors.of(noise, 10, 2, 3))));
    float[] std = Tensors.floats(step.std());
    for (int i = 0; i < 10; i++) {
      double expected = -Math.log(std[i]) - 0.5 * Math.log(2 * Math.PI);
      for (int d = 0; d < 6; d++) {
        expected -= noise[6 * i + d] * noise[6 * i + d] / 2.0 / 6;
      }
      assertThat((double) logProb[i]).isCloseTo(expected, within(2e-4));
    }
  }

  @Test
  void cpsLogDensityDropsAllConstants() {
    StepDistribution step = new Cps(0.7).step(normal(1, 10, 6), allSteps(), normal(2, 10, 6));
    float[] noise = Domain.EXAMPLE.stream(3).normals(60);
    float[] logProb = Tensors.floats(step.logProb(step.sample(Tensors.of(noise, 10, 6))));
    float[] std = Tensors.floats(step.std());
    for (int i = 0; i < 10; i++) {
      double expected = 0;
      for (int d = 0; d < 6; d++) {
        expected -= Math.pow(std[i] * noise[6 * i + d], 2) / 6;
      }
      assertThat((double) logProb[i]).isCloseTo(expected, within(1e-5));
    }
    assertThat(std[9]).isZero(); // the last step is deterministic, its log-density 0
    assertThat(logProb[9]).isZero();
  }

  @Test
  void samplesOfOneBatchMayBeAtDifferentSteps() {
    Tensor x = normal(1, 3, 4, 2);
    Tensor v = normal(2, 3, 4, 2);
    Tensor next = normal(3, 3, 4, 2);
    int[] steps = {7, 0, 3};
    for (StochasticDynamics dynamics : STOCHASTIC) {
      StepDistribution batch = dynamics.step(x, StepTimes.of(SD3, steps), v);
      for (int i = 0; i < 3; i++) {
        StepDistribution alone =
            dynamics.step(x.narrow(0, i, 1), StepTimes.of(SD3, steps[i]), v.narrow(0, i, 1));
        assertThat(Tensors.floats(batch.mean().narrow(0, i, 1)))
            .isEqualTo(Tensors.floats(alone.mean()));
        assertThat(Tensors.floats(batch.logProb(next).narrow(0, i, 1)))
            .isEqualTo(Tensors.floats(alone.logProb(next.narrow(0, i, 1))));
      }
    }
  }

  @Test
  void theTableOfTheScheduleIsTheSameNoise() {
    for (StochasticDynamics dynamics : STOCHASTIC) {
      StepDistribution step = dynamics.step(normal(1, 10, 2), allSteps(), normal(2, 10, 2));
      float[] std = Tensors.floats(step.std());
      float[] level = Tensors.floats(step.noiseLevel());
      for (int k = 0; k < 10; k++) {
        assertThat((double) std[k]).isCloseTo(dynamics.noise().std(SD3, k), within(1e-6));
        assertThat((double) level[k]).isCloseTo(dynamics.noise().level(SD3, k), within(1e-5));
      }
    }
  }

  @Test
  void theArithmeticIsFloat32WhateverTheModelsTypeIs() {
    Tensor x = normal(1, 10, 4).to(ScalarType.BFloat16);
    Tensor v = normal(2, 10, 4).to(ScalarType.BFloat16);
    Tensor ode = Ode.step(x, allSteps(), v);
    assertThat(ode.scalar_type().intern()).isEqualTo(ScalarType.Float);
    assertThat(Tensors.floats(ode))
        .isEqualTo(
            Tensors.floats(Ode.step(x.to(ScalarType.Float), allSteps(), v.to(ScalarType.Float))));
    for (StochasticDynamics dynamics : List.of(new FlowSde(0.7), new Cps(0.7), new DanceSde(0.3))) {
      StepDistribution low = dynamics.step(x, allSteps(), v);
      StepDistribution full =
          dynamics.step(x.to(ScalarType.Float), allSteps(), v.to(ScalarType.Float));
      assertThat(low.mean().scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(Tensors.floats(low.mean())).isEqualTo(Tensors.floats(full.mean()));
    }
  }

  @Test
  void recomputingGivesTheVerySameDensity() {
    Tensor x = normal(1, 10, 16);
    Tensor v = normal(2, 10, 16);
    for (StochasticDynamics dynamics : STOCHASTIC) {
      StepDistribution rollout = dynamics.step(x, allSteps(), v);
      Tensor next = rollout.sample(normal(3, 10, 16));
      StepDistribution update = dynamics.step(x, allSteps(), v.clone().set_requires_grad(true));
      assertThat(Tensors.floats(update.logProb(next)))
          .isEqualTo(Tensors.floats(rollout.logProb(next)));
    }
  }

  @Test
  void theDrawnLatentCountsAsAConstant() {
    Tensor v = normal(2, 10, 4).set_requires_grad(true);
    StepDistribution step = new Cps(0.7).step(normal(1, 10, 4), allSteps(), v);
    Tensor next = step.sample(normal(3, 10, 4));
    step.logProb(next).sum().backward();
    // Were it not constant, the density would depend on the noise alone and the gradient be 0.
    assertThat(Tensors.scalar(v.grad().abs().sum())).isGreaterThan(1e-3);
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    assertThatThrownBy(() -> Ode.step(normal(1, 2, 3), StepTimes.of(SD3, 0, 1), normal(2, 2, 4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("latent [2, 3] and velocity [2, 4] must have one shape");
    assertThatThrownBy(() -> Ode.step(normal(1, 2, 3), StepTimes.of(SD3, 0), normal(2, 2, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a batch of 2 samples needs noise levels [2], not [1]");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> new FlowSde(-0.1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("noise_level");
    assertThatThrownBy(() -> new Cps(1.1)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new DanceSde(-1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("eta");
  }

  private static StepTimes allSteps() {
    return StepTimes.of(SD3, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  private static Tensor normal(long key, long... shape) {
    int count = 1;
    for (long size : shape) {
      count *= (int) size;
    }
    return Tensors.of(Domain.EXAMPLE.stream(key).normals(count), shape);
  }
}
