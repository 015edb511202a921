package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NoiseLevelTest {
  private static final SigmaSchedule SD3 = new StaticShift(3).schedule(10);
  private static final StepRange TRAINED = new StepRange(0, 9);

  @Test
  void flowSdeAddsNoiseAsTheOddsOfNoise() {
    NoiseLevel noise = new FlowSdeNoise(0.7);
    SigmaSchedule schedule = new SigmaSchedule(new float[] {1, .8f, .5f, 0});
    assertThat(noise.level(schedule, 1)).isCloseTo(1.4, within(1e-6)); // .7 * sqrt(.8 / .2)
    assertThat(noise.level(schedule, 2)).isCloseTo(.7, within(1e-6));
    assertThat(noise.std(schedule, 1)).isCloseTo(1.4 * Math.sqrt(.3), within(1e-6));
  }

  @Test
  void flowSdeAtPureNoiseLooksAtTheNextSigma() {
    SigmaSchedule schedule = new SigmaSchedule(new float[] {1, .75f, 0});
    assertThat(new FlowSdeNoise(0.7).level(schedule, 0)).isCloseTo(1.4, within(1e-12));
  }

  @Test
  void cpsKeepsAShareOfTheNextNoise() {
    SigmaSchedule schedule = new SigmaSchedule(new float[] {1, .8f, 0});
    assertThat(new CpsNoise(1).std(schedule, 0)).isCloseTo(.8, within(1e-6));
    assertThat(new CpsNoise(1 / 3.0).std(schedule, 0)).isCloseTo(.4, within(1e-6));
    assertThat(new CpsNoise(0.8).std(schedule, 1)).isZero();
  }

  @Test
  void theReleasedTempFlowConstantIsOneOverTheMeanStd() {
    double[] stds = new FlowSdeNoise(0.7).stds(SD3, TRAINED);
    double[] weights = new FlowSdeNoise(0.7).meanOneStds(SD3, TRAINED);
    assertThat(stds).hasSize(9);
    double mean = 0;
    for (int i = 0; i < 9; i++) {
      assertThat(weights[i] / stds[i]).isCloseTo(2.2522, within(5e-5));
      mean += weights[i] / 9;
    }
    assertThat(mean).isCloseTo(1, within(1e-12));
  }

  @Test
  void weightsNeedNoise() {
    assertThatThrownBy(() -> new FlowSdeNoise(0).meanOneStds(SD3, TRAINED))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
