package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every trace; rewards are eighths, so that differences are exact. */
class CreditPropertiesTest {
  private static final List<CreditRule> WITH_POINTS =
      List.of(
          new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE),
          new TurningPointCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.AGGREGATED),
          new ConsistentTurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE),
          new ConsistentTurningPointCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.AGGREGATED),
          new AnyFlipCredit(FirstStep.QUALIFIES, Balance.NONE),
          new BonusCredit(
              new TurningPointCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.INCREMENTAL), 1),
          new PropagatedCredit(
              new TurningPointCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.NONE)));

  @Provide
  Arbitrary<RewardTrace> traces() {
    Arbitrary<Double> eighths = Arbitraries.integers().between(-8, 8).map(i -> i / 8.0);
    return Arbitraries.integers()
        .between(1, 9)
        .flatMap(
            n ->
                eighths
                    .array(double[].class)
                    .ofSize(n + 1)
                    .array(double[][].class)
                    .ofMinSize(1)
                    .ofMaxSize(12)
                    .map(rows -> new RewardTrace(n, rows)));
  }

  @Property(tries = 300)
  void consistentPointsEarnMoreThanTheirOwnStep(
      @ForAll("traces") RewardTrace trace, @ForAll Trend trend) {
    Credit credit =
        new ConsistentTurningPointCredit(trend, FirstStep.QUALIFIES, Balance.NONE).assign(trace);
    for (int i = 0; i < trace.samples(); i++) {
      for (int j = 1; j <= trace.steps(); j++) {
        if (credit.turningPoints()[i][j - 1]) {
          assertThat(Math.abs(credit.stepRewards()[i][j - 1]))
              .isGreaterThan(Math.abs(trace.incremental(i, j)));
        }
      }
    }
  }

  @Property(tries = 300)
  void consistentPointsAreTurningPoints(
      @ForAll("traces") RewardTrace trace, @ForAll Trend trend, @ForAll FirstStep first) {
    boolean[][] all = new TurningPointCredit(trend, first, Balance.NONE).turningPoints(trace);
    boolean[][] some =
        new ConsistentTurningPointCredit(trend, first, Balance.NONE).turningPoints(trace);
    for (int i = 0; i < all.length; i++) {
      for (int j = 0; j < all[i].length; j++) {
        assertThat(!some[i][j] || all[i][j]).isTrue();
      }
    }
  }

  /** A step that goes with the trend then makes the whole gain: nothing is left to aggregate. */
  @Property(tries = 300)
  void withTwoRewardsTurningPointsEarnTheirIncrementsAndNoneIsConsistent(
      @ForAll("traces") RewardTrace trace, @ForAll Trend trend, @ForAll FirstStep first) {
    RewardTrace binary = map(trace, (i, r) -> r > 0 ? 1 : 0);
    Credit points = new TurningPointCredit(trend, first, Balance.NONE).assign(binary);
    boolean[][] consistent =
        new ConsistentTurningPointCredit(trend, first, Balance.NONE).turningPoints(binary);
    assertThat(points.stepRewards())
        .isDeepEqualTo(new IncrementalCredit().assign(binary).stepRewards());
    assertThat(consistent).isDeepEqualTo(new boolean[binary.samples()][binary.steps()]);
  }

  @Property(tries = 300)
  void incrementsSumToTheWholeGain(@ForAll("traces") RewardTrace trace) {
    double[][] credit = new IncrementalCredit().assign(trace).stepRewards();
    for (int i = 0; i < credit.length; i++) {
      double sum = 0;
      for (double r : credit[i]) {
        sum += r;
      }
      assertThat(sum).isEqualTo(trace.overall(i));
    }
  }

  @Property(tries = 300)
  void balancedBatchesHaveAsManyGainsAsLosses(
      @ForAll("traces") RewardTrace trace, @ForAll Trend trend) {
    int[] before = signs(trend, Balance.NONE, trace);
    int[] after = signs(trend, Balance.AGGREGATED, trace);
    if (before[0] == 0 || before[1] == 0) {
      assertThat(after).isEqualTo(before);
    } else {
      int each = Math.min(before[0], before[1]);
      assertThat(after).containsExactly(each, each);
    }
  }

  private static int[] signs(Trend trend, Balance balance, RewardTrace trace) {
    Credit credit = new TurningPointCredit(trend, FirstStep.QUALIFIES, balance).assign(trace);
    int[] counts = new int[2];
    for (int i = 0; i < trace.samples(); i++) {
      for (int j = 1; j <= trace.steps(); j++) {
        if (credit.turningPoints()[i][j - 1]) {
          counts[0] += trace.aggregated(i, j) > 0 ? 1 : 0;
          counts[1] += trace.aggregated(i, j) < 0 ? 1 : 0;
        }
      }
    }
    return counts;
  }

  @Property(tries = 100)
  void constantTracesHaveNoPointsAndEarnNothing(@ForAll("traces") RewardTrace trace) {
    RewardTrace constant = map(trace, (i, r) -> trace.reward(i, 0));
    for (CreditRule rule : WITH_POINTS) {
      Credit credit = rule.assign(constant);
      assertThat(credit.turningPoints()).isDeepEqualTo(new boolean[trace.samples()][trace.steps()]);
      assertThat(credit.stepRewards()).isDeepEqualTo(new double[trace.samples()][trace.steps()]);
    }
  }

  @Property(tries = 100)
  void onlyDifferencesCount(@ForAll("traces") RewardTrace trace) {
    RewardTrace shifted = map(trace, (i, r) -> r + i + 1);
    for (CreditRule rule : WITH_POINTS) {
      assertThat(rule.assign(shifted).stepRewards())
          .as(rule.toString())
          .isDeepEqualTo(rule.assign(trace).stepRewards());
    }
  }

  @Property(tries = 100)
  void gainsAndLossesAreTreatedAlike(@ForAll("traces") RewardTrace trace) {
    RewardTrace mirrored = map(trace, (i, r) -> -r);
    for (CreditRule rule : WITH_POINTS) {
      if (rule instanceof PropagatedCredit) {
        continue; // gains spread forward, losses backward
      }
      Credit credit = rule.assign(trace);
      Credit opposite = rule.assign(mirrored);
      assertThat(opposite.turningPoints()).isDeepEqualTo(credit.turningPoints());
      for (int i = 0; i < trace.samples(); i++) {
        for (int j = 0; j < trace.steps(); j++) {
          double sum = opposite.stepRewards()[i][j] + credit.stepRewards()[i][j];
          assertThat(sum).as(rule.toString()).isZero();
        }
      }
    }
  }

  private interface Change {
    double of(int i, double reward);
  }

  private static RewardTrace map(RewardTrace trace, Change change) {
    double[][] rewards = trace.rewards();
    for (int i = 0; i < rewards.length; i++) {
      for (int j = 0; j < rewards[i].length; j++) {
        rewards[i][j] = change.of(i, rewards[i][j]);
      }
    }
    return new RewardTrace(trace.steps(), rewards);
  }
}
