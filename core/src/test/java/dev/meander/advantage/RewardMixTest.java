package dev.meander.advantage;

import static dev.meander.advantage.GroupAdvantageTest.assertColumn;
import static dev.meander.advantage.GroupAdvantageTest.column;
import static dev.meander.advantage.GroupAdvantageTest.ids;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import java.util.List;
import org.junit.jupiter.api.Test;

class RewardMixTest {
  private static final GroupAdvantage PAIRS = new GroupAdvantage(2, new GroupStd(), 5);
  private static final double UNIT = 1 / 1.0001; // (R - mean) / (std + 1e-4) of rewards 0 and 2

  @Test
  void theWeightedSumIsNormalisedOnce() {
    List<double[][]> rewards = List.of(column(0, 2), column(10, 0));
    double half = (2 - 5) / 2.0; // sums: 0 + 5 and 2 + 0
    assertColumn(
        new WeightedSum().advantages(PAIRS, ids(1, 1), rewards, List.of(1.0, .5)),
        -half / (-half + 1e-4),
        half / (-half + 1e-4));
  }

  @Test
  void decoupledRewardsCountByWeightAndNotBySpread() {
    List<double[][]> rewards = List.of(column(0, 2), column(1000, 0));
    RewardMix mix = new DecoupledSum();
    List<Double> weights = List.of(2.0, 1.0);
    double wide = 500 / 500.0001;
    assertColumn(
        mix.advantages(PAIRS, ids(1, 1), rewards, weights), -2 * UNIT + wide, 2 * UNIT - wide);
    // the plain sum follows the wide reward instead
    assertThat(new WeightedSum().advantages(PAIRS, ids(1, 1), rewards, weights).values()[0][0])
        .isPositive();
  }

  @Test
  void gdpoKeepsTheScaleWhateverTheNumberOfRewards() {
    double[][] reward = column(0, 2, 2, 0);
    Advantages one =
        new Gdpo().advantages(PAIRS, ids(1, 1, 2, 2), List.<double[][]>of(reward), List.of(1.0));
    Advantages three =
        new Gdpo()
            .advantages(
                PAIRS, ids(1, 1, 2, 2), List.of(reward, reward, reward), List.of(1.0, 1.0, 1.0));
    for (int i = 0; i < 4; i++) {
      assertThat(three.values()[i][0]).isCloseTo(one.values()[i][0], within(1e-3));
    }
    assertThat(one.values()[1][0]).isCloseTo(UNIT / (UNIT + 1e-4), within(1e-12));
  }

  @Test
  void gdpoNormalisesWithinTheGroupEvenWhereTheMethodTakesTheBatch() {
    GroupAdvantage batch = new GroupAdvantage(2, new GlobalStd(), 5);
    List<double[][]> rewards = List.of(column(0, 2, 0, 20), column(1, 0, 0, 1));
    Gdpo gdpo = new Gdpo();
    List<Double> ones = List.of(1.0, 1.0);
    assertThat(gdpo.advantages(batch, ids(1, 1, 2, 2), rewards, ones).values())
        .isDeepEqualTo(gdpo.advantages(PAIRS, ids(1, 1, 2, 2), rewards, ones).values());
    // (-1 + 1, 1 - 1, -1 - 1, 1 + 1) over the batch's sqrt(2): the scale of the rewards is gone.
    double[][] values = gdpo.advantages(batch, ids(1, 1, 2, 2), rewards, ones).values();
    assertThat(values[1][0]).isCloseTo(0, within(1e-3));
    assertThat(values[3][0]).isCloseTo(Math.sqrt(2), within(1e-3));
  }

  @Test
  void gdpoTellsApartWhatTheSumMerges() {
    // GDPO's example: with two binary rewards, (0,1) and (0,2) of a pair look alike once summed.
    List<double[][]> oneOf = List.of(column(0, 1), column(0, 0));
    List<double[][]> both = List.of(column(0, 1), column(0, 1));
    List<Double> weights = List.of(1.0, 1.0);
    double sumOne = new WeightedSum().advantages(PAIRS, ids(1, 1), oneOf, weights).values()[1][0];
    double sumBoth = new WeightedSum().advantages(PAIRS, ids(1, 1), both, weights).values()[1][0];
    assertThat(sumBoth).isCloseTo(sumOne, within(1e-3));
    List<double[][]> batch = List.of(column(0, 1, 0, 1), column(0, 0, 0, 1));
    double[][] gdpo = new Gdpo().advantages(PAIRS, ids(1, 1, 2, 2), batch, weights).values();
    assertThat(gdpo[3][0]).isCloseTo(2 * gdpo[1][0], within(1e-3));
  }

  @Test
  void aGroupIsSilentOnlyWhenAllItsRewardsAre() {
    List<double[][]> rewards = List.of(column(1, 1, 1, 1), column(3, 3, 0, 1));
    for (RewardMix mix : List.of(new WeightedSum(), new DecoupledSum(), new Gdpo())) {
      Advantages a = mix.advantages(PAIRS, ids(1, 1, 2, 2), rewards, List.of(1.0, 1.0));
      assertThat(a.zeroStdRatio()).isEqualTo(.5);
      assertThat(a.values()[0][0]).isZero();
      assertThat(a.values()[1][0]).isZero();
      assertThat(a.values()[3][0]).isPositive();
    }
  }

  @Test
  void weightsFitTheRewards() {
    List<double[][]> one = List.<double[][]>of(column(0, 1));
    assertThatThrownBy(() -> new WeightedSum().advantages(PAIRS, ids(1, 1), one, List.of()))
        .isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new Gdpo().advantages(PAIRS, ids(1, 1), one, List.of(Double.NaN)))
        .isInstanceOf(UserError.class);
    assertThatThrownBy(
            () ->
                new DecoupledSum()
                    .advantages(
                        PAIRS, ids(1, 1), List.of(column(0, 1), column(0, 1)), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 weights for 2 rewards");
  }
}
