package dev.meander.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import org.junit.jupiter.api.Test;

class LearningRateTest {
  @Test
  void constantWarmsUpLinearly() {
    LearningRate rate = new ConstantRate(.4, 4);
    assertRates(rate, 0, .1, .2, .3, .4, .4);
    assertThat(rate.at(1_000_000)).isEqualTo(.4);
    assertThat(new ConstantRate(.4, 0).at(0)).isEqualTo(.4);
  }

  @Test
  void cosineEndsAtTheFloor() {
    LearningRate rate = new CosineRate(1, 2, 6, .2);
    assertRates(rate, 0, .5, 1, 1, .2 + .8 * (.5 + Math.sqrt(2) / 4), .6);
    assertRates(rate, 6, .2, .2);
  }

  @Test
  void linearDecayFallsEvenly() {
    LearningRate rate = new WarmupStableDecay(1, 2, 4, 10, DecayShape.LINEAR);
    assertRates(rate, 0, .5, 1, 1, 1, 1, 1, 1, .75, .5, .25, 0, 0);
  }

  @Test
  void rootDecayFallsFastAtFirst() {
    LearningRate rate = new WarmupStableDecay(1, 0, 4, 4, DecayShape.ONE_MINUS_SQRT);
    assertRates(rate, 0, 1, .5, 1 - Math.sqrt(.5), 1 - Math.sqrt(.75), 0, 0);
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> new ConstantRate(0, 1)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new ConstantRate(1, -1)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new CosineRate(1, 5, 5, 0))
        .hasMessageContaining("total above warm_up (5), not 5");
    assertThatThrownBy(() -> new WarmupStableDecay(1, 5, 6, 10, DecayShape.LINEAR))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must fit into total (10)");
  }

  private static void assertRates(LearningRate rate, int from, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(rate.at(from + i)).as("update %d", from + i).isCloseTo(expected[i], within(1e-12));
    }
  }
}
