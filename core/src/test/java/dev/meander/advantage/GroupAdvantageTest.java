package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GroupAdvantageTest {
  private static final GroupAdvantage GROUP = new GroupAdvantage(2, new GroupStd(), 5);
  private static final GroupAdvantage GLOBAL = new GroupAdvantage(2, new GlobalStd(), 5);

  @Test
  void theSpreadIsThatOfTheGroup() {
    Advantages a = GROUP.advantages(ids(7, 9, 7, 9), column(1, 0, 3, .5));
    assertColumn(a, -1 / 1.0001, -.25 / .2501, 1 / 1.0001, .25 / .2501);
    assertThat(a.zeroStdRatio()).isZero();
  }

  @Test
  void theSpreadIsThatOfTheBatch() {
    // mean 1, deviations 0, -1, 2, -1: population variance 6/4
    double std = Math.sqrt(1.5) + 1e-4;
    assertColumn(GLOBAL.advantages(ids(7, 9, 7, 9), column(1, 0, 3, 0)), -1 / std, 0, 1 / std, 0);
  }

  @Test
  void equalRewardsTeachExactlyNothing() {
    for (GroupAdvantage advantage : new GroupAdvantage[] {GROUP, GLOBAL}) {
      Advantages a = advantage.advantages(ids(1, 1, 2, 2), column(.1, .1, 0, 1));
      assertThat(a.values()[0]).containsExactly(0);
      assertThat(a.values()[1]).containsExactly(0);
      assertThat(a.values()[3][0]).isPositive();
      assertThat(a.zeroStdRatio()).isEqualTo(.5);
    }
  }

  @Test
  void stepsAreNormalisedEachByItself() {
    double[][] rewards = {{0, 5}, {1, 5}, {0, -2}, {4, 2}};
    Advantages a = GROUP.advantages(ids(1, 1, 2, 2), rewards);
    assertThat(a.values()[0][0]).isCloseTo(-.5 / .5001, within(1e-12));
    assertThat(a.values()[0][1]).isZero();
    assertThat(a.values()[3][0]).isCloseTo(2 / 2.0001, within(1e-12));
    assertThat(a.values()[3][1]).isCloseTo(2 / 2.0001, within(1e-12));
    assertThat(a.zeroStdRatio()).isEqualTo(.25);
  }

  @Test
  void outliersAreClamped() {
    double[] rewards = new double[40];
    rewards[0] = 1;
    GroupAdvantage advantage = new GroupAdvantage(40, new GroupStd(), 5);
    Advantages a = advantage.advantages(new long[40], column(rewards));
    assertThat(a.values()[0][0]).isEqualTo(5);
    assertThat(a.values()[1][0]).isGreaterThan(-5).isNegative();
  }

  @Property
  void addingAConstantChangesNothing(
      @ForAll long seed, @ForAll @DoubleRange(min = -100, max = 100) double constant) {
    double[] rewards = new Random(seed).doubles(6).toArray();
    double[] raised = new double[6];
    for (int i = 0; i < 6; i++) {
      raised[i] = rewards[i] + constant;
    }
    for (GroupAdvantage advantage : new GroupAdvantage[] {GROUP, GLOBAL}) {
      double[][] before = advantage.advantages(ids(3, 3, 4, 5, 4, 5), column(rewards)).values();
      double[][] after = advantage.advantages(ids(3, 3, 4, 5, 4, 5), column(raised)).values();
      assertSame(after, before);
    }
  }

  @Property
  void permutingSamplesPermutesAdvantages(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 5) int groups) {
    Random random = new Random(seed);
    int count = groups * 3;
    long[] ids = new long[count];
    double[][] rewards = new double[count][];
    for (int i = 0; i < count; i++) {
      ids[i] = i % groups;
      rewards[i] = new double[] {random.nextInt(4), random.nextDouble()};
    }
    int[] order = random.ints(0, count).distinct().limit(count).toArray();
    long[] movedIds = new long[count];
    double[][] movedRewards = new double[count][];
    for (int i = 0; i < count; i++) {
      movedIds[i] = ids[order[i]];
      movedRewards[i] = rewards[order[i]];
    }
    for (StdScope scope : new StdScope[] {new GroupStd(), new GlobalStd()}) {
      GroupAdvantage advantage = new GroupAdvantage(3, scope, 5);
      double[][] before = advantage.advantages(ids, rewards).values();
      double[][] after = advantage.advantages(movedIds, movedRewards).values();
      double[][] expected = new double[count][];
      for (int i = 0; i < count; i++) {
        expected[i] = before[order[i]];
      }
      assertSame(after, expected);
    }
  }

  @Property
  void everyGroupSumsToZero(@ForAll long seed) {
    double[] rewards = new Random(seed).doubles(8, -3, 3).toArray();
    double[][] a = GROUP.advantages(ids(1, 2, 3, 4, 1, 2, 3, 4), column(rewards)).values();
    for (int g = 0; g < 4; g++) {
      assertThat(a[g][0] + a[g + 4][0]).isCloseTo(0, within(1e-9));
    }
  }

  @Test
  void onlyTheIdMakesAGroup() {
    // Two groups of one and the same prompt: each is centred on its own mean.
    double[][] apart = GROUP.advantages(ids(1, 1, 2, 2), column(0, 1, 10, 11)).values();
    double[][] merged =
        new GroupAdvantage(4, new GroupStd(), 5)
            .advantages(new long[4], column(0, 1, 10, 11))
            .values();
    assertThat(apart[1][0]).isEqualTo(apart[3][0]).isPositive();
    assertThat(merged[1][0]).isNegative();
  }

  @Test
  void groupsOfTheWrongSizeAreAllNamed() {
    assertThatThrownBy(() -> GROUP.advantages(ids(1, 2, 2, 2, 3, 3), column(0, 1, 2, 3, 4, 5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("every group needs 2 samples, but group 1 has 1, group 2 has 3");
  }

  @Test
  void rewardsThatAreNotNumbersAreNamed() {
    assertThatThrownBy(() -> GROUP.advantages(ids(8, 8), column(1, Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sample 1 of group 8 has the reward NaN");
    assertThatThrownBy(() -> GROUP.advantages(ids(8, 8, 9), column(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 group ids, not 2 rows");
    assertThatThrownBy(() -> GROUP.advantages(ids(8, 8), new double[][] {{1, 2}, {1}}))
        .hasMessageContaining("sample 1 has 1 steps");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> new GroupAdvantage(1, new GroupStd(), 5))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("groupSize");
    assertThatThrownBy(() -> new GroupAdvantage(2, new GroupStd(), 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("limit");
  }

  static long[] ids(long... ids) {
    return ids;
  }

  static double[][] column(double... values) {
    double[][] column = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      column[i] = new double[] {values[i]};
    }
    return column;
  }

  static void assertColumn(Advantages actual, double... expected) {
    assertSame(actual.values(), column(expected));
  }

  private static void assertSame(double[][] actual, double[][] expected) {
    assertThat(actual).hasDimensions(expected.length, expected[0].length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).containsExactly(expected[i], within(1e-7));
    }
  }
}
