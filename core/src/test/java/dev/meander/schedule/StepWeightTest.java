package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepWeightTest {
  private static final SigmaSchedule SMALL = new SigmaSchedule(new float[] {1, .75f, .5f, 0});

  @Test
  void danceNoiseIsTheSameAtEveryStep() {
    NoiseLevel noise = new DanceNoise(.3);
    assertThat(noise.level(SMALL, 0)).isEqualTo(.3);
    assertThat(noise.level(SMALL, 2)).isEqualTo(.3);
    assertThat(noise.stds(SMALL, 0, 2))
        .containsExactly(new double[] {.15, .3 * Math.sqrt(.5)}, within(1e-12));
  }

  @Test
  void uniformWeightsAreOne() {
    assertThat(new UniformWeight().weights(new DanceNoise(.3), SMALL, 2, 0)).containsExactly(1, 1);
  }

  @Test
  void noiseAwareWeightsAreTheStdsOverTheirMean() {
    // a = 1: s = 2 at sigma 1 and sqrt(3) at .75, each step .25 wide: stds 1 and sqrt(3)/2
    double mean = (1 + Math.sqrt(3) / 2) / 2;
    double[] expected = {1 / mean, Math.sqrt(3) / 2 / mean};
    assertThat(new NoiseAwareWeight().weights(new FlowSdeNoise(1), SMALL, 0, 1))
        .containsExactly(expected, within(1e-12));
    assertThat(new NoiseAwareWeight().weights(new FlowSdeNoise(.3), SMALL, 0, 1))
        .containsExactly(expected, within(1e-12)); // a cancels
    assertThat(new NoiseAwareWeight().weights(new FlowSdeNoise(1), SMALL, 1))
        .containsExactly(new double[] {1}, within(1e-12));
  }

  @Test
  void theConstantAgreesWithTheMeanInTheReleasedSettingOnly() {
    int[] trained = IntStream.range(0, 9).toArray();
    SigmaSchedule sd3 = new StaticShift(3).schedule(10);
    double[] constant = new ConstantScaleWeight(2.25).weights(new FlowSdeNoise(.7), sd3, trained);
    double[] aware = new NoiseAwareWeight().weights(new FlowSdeNoise(.7), sd3, trained);
    for (int k = 0; k < 9; k++) {
      assertThat(constant[k] / aware[k]).isCloseTo(2.25 / 2.2522, within(5e-5));
    }
    assertThat(new ConstantScaleWeight(2).weights(new FlowSdeNoise(1), SMALL, 0))
        .containsExactly(new double[] {2}, within(1e-12));
  }

  record Holder(StepWeight weight) {}

  @Test
  void recipesNameThem() {
    assertThat(bind("uniform")).isEqualTo(new UniformWeight());
    assertThat(bind("noise_aware")).isEqualTo(new NoiseAwareWeight());
    assertThat(bind("constant_scale")).isEqualTo(new ConstantScaleWeight(2.25));
    assertThatThrownBy(() -> new ConstantScaleWeight(0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("scale");
  }

  private static StepWeight bind(String weight) {
    String yaml = "weight: " + weight;
    return Binder.bind(ConfigFile.parse(yaml, "r.yaml"), Holder.class, "r.yaml").weight();
  }
}
