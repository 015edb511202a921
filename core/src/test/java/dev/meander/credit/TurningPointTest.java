package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import org.junit.jupiter.api.Test;

/** Reward traces whose turning points are plain to see; all numbers are exact in binary. */
class TurningPointTest {
  private static final CreditRule PAPER = rule(Trend.REMAINING, Balance.NONE);
  private static final CreditRule OVERALL = rule(Trend.OVERALL, Balance.NONE);
  private static final CreditRule CONSISTENT = consistent(Trend.REMAINING);
  private static final double[] RISE = {2, 1, 3, 4};
  private static final double[] FALL = {2, 3, 1, 0};
  private static final double[] RISE_TOO_FAR = {2, 1, 5, 4};
  private static final double[] FALL_TOO_FAR = {2, 3, -1, 0};

  @Test
  void aFallThatTurnsIntoALastingRise() {
    for (CreditRule rule : new CreditRule[] {PAPER, OVERALL, CONSISTENT}) {
      assertCredit(rule, RISE, new double[] {-1, 3, 1}, 2);
    }
  }

  @Test
  void aRiseThatTurnsIntoALastingFall() {
    for (CreditRule rule : new CreditRule[] {PAPER, OVERALL, CONSISTENT}) {
      assertCredit(rule, FALL, new double[] {1, -3, -1}, 2);
    }
  }

  @Test
  void aRiseThatIsPartlyLostAgainIsNotConsistent() {
    assertCredit(PAPER, RISE_TOO_FAR, new double[] {-1, 3, -1}, 2);
    assertCredit(OVERALL, RISE_TOO_FAR, new double[] {-1, 3, -1}, 2);
    assertCredit(CONSISTENT, RISE_TOO_FAR, new double[] {-1, 4, -1});
  }

  @Test
  void aFallThatIsPartlyMadeGoodAgainIsNotConsistent() {
    assertCredit(PAPER, FALL_TOO_FAR, new double[] {1, -3, 1}, 2);
    assertCredit(OVERALL, FALL_TOO_FAR, new double[] {1, -3, 1}, 2);
    assertCredit(CONSISTENT, FALL_TOO_FAR, new double[] {1, -4, 1});
  }

  @Test
  void aLateRecoveryTurnsTowardsTheRemainingTrendOnly() {
    double[] recovery = {4, 1, 0, 1.5, 2}; // the first step sets the fall of the whole
    assertCredit(PAPER, recovery, new double[] {-2, -1, 2, .5}, 1, 3);
    assertCredit(OVERALL, recovery, new double[] {-2, -1, 1.5, .5}, 1);
    assertCredit(CONSISTENT, recovery, new double[] {-3, -1, 2, .5}, 3);
    assertCredit(consistent(Trend.OVERALL), recovery, new double[] {-3, -1, 1.5, .5});
  }

  @Test
  void aDipOfARisingTrajectoryTurnsTowardsTheOverallTrendOnly() {
    double[] dip = {0, 4, 1, 2};
    assertCredit(PAPER, dip, new double[] {2, -3, 1}, 1);
    assertCredit(OVERALL, dip, new double[] {2, -3, 1}, 1, 3);
  }

  @Test
  void theFirstStepQualifiesWhenItGoesWithTheTrend() {
    assertCredit(PAPER, new double[] {0, 1, 3}, new double[] {3, 2}, 1);
    assertCredit(CONSISTENT, new double[] {0, 1, 3}, new double[] {3, 2}, 1);
    assertCredit(PAPER, new double[] {0, 5, 3}, new double[] {3, -2}, 1);
    assertCredit(CONSISTENT, new double[] {0, 5, 3}, new double[] {5, -2});
    CreditRule never = new TurningPointCredit(Trend.REMAINING, FirstStep.NEVER, Balance.NONE);
    assertCredit(never, new double[] {0, 1, 3}, new double[] {1, 2});
  }

  @Test
  void aStepThatChangesNothingIsNoPointAndLeadsToNone() {
    assertCredit(PAPER, new double[] {2, 1, 1, 3}, new double[] {-1, 0, 2});
    assertCredit(PAPER, new double[] {1, 1, 2}, new double[] {0, 1});
  }

  @Test
  void theSmallestOfTheLargerSideFallBack() {
    double[] large = {4, 2, 6, 8};
    RewardTrace trace = new RewardTrace(3, new double[][] {RISE, large, FALL});
    Credit credit = rule(Trend.REMAINING, Balance.AGGREGATED).assign(trace);
    assertThat(credit.stepRewards())
        .isDeepEqualTo(new double[][] {{-1, 2, 1}, {-2, 6, 2}, {1, -3, -1}});
    assertThat(credit.turningPoints())
        .isDeepEqualTo(new boolean[][] {points(3), points(3, 2), points(3, 2)});
  }

  @Test
  void withOneSideEmptyAllStay() {
    RewardTrace trace = new RewardTrace(3, new double[][] {RISE, RISE_TOO_FAR});
    Credit credit = rule(Trend.REMAINING, Balance.AGGREGATED).assign(trace);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 3, 1}, {-1, 3, -1}});
  }

  @Test
  void theReleasedScriptsBalanceByTheWholeGain() {
    double[] shallow = {0, -.25, 1, 2.25}; // aggregated 2.5 < 3, but overall 2.25 > 2
    RewardTrace trace = new RewardTrace(3, new double[][] {RISE, shallow, FALL});
    assertThat(rule(Trend.OVERALL, Balance.AGGREGATED).assign(trace).stepRewards()[0][1])
        .isEqualTo(3);
    assertThat(rule(Trend.OVERALL, Balance.AGGREGATED).assign(trace).stepRewards()[1][1])
        .isEqualTo(1.25);
    assertThat(rule(Trend.OVERALL, Balance.OVERALL).assign(trace).stepRewards()[0][1]).isEqualTo(2);
    assertThat(rule(Trend.OVERALL, Balance.OVERALL).assign(trace).stepRewards()[1][1])
        .isEqualTo(2.5);
  }

  @Test
  void anyFlipLooksAtNoTrend() {
    CreditRule rule = new AnyFlipCredit(FirstStep.QUALIFIES, Balance.NONE);
    assertCredit(rule, new double[] {0, 4, 1, 2}, new double[] {2, -2, 1}, 1, 2, 3);
    assertCredit(rule, new double[] {0, -1, -2, 1}, new double[] {-1, -1, 3}, 3);
  }

  @Test
  void positiveOnlyLooksAtTrajectoriesThatImprove() {
    CreditRule rule = new PositiveFlipCredit(Trend.OVERALL, FirstStep.QUALIFIES, Balance.NONE);
    assertCredit(rule, RISE, new double[] {-1, 3, 1}, 2);
    assertCredit(rule, FALL, new double[] {1, -2, -1});
    assertCredit(rule, new double[] {3, 1, 0}, new double[] {-3, -1}, 1);
  }

  @Test
  void theBonusComesOnTopOfTheWholeGain() {
    TurningPointRule points = rule(Trend.OVERALL, Balance.NONE);
    assertCredit(new BonusCredit(points, 1), RISE, new double[] {2, 4, 2}, 2);
    assertCredit(new BonusCredit(points, .5), FALL, new double[] {-2, -3, -2}, 2);
  }

  @Test
  void gainsSpreadToLaterStepsAndLossesToEarlierOnes() {
    CreditRule rule = new PropagatedCredit(rule(Trend.OVERALL, Balance.NONE));
    assertCredit(rule, RISE, new double[] {-1, 3, 1}, 2);
    assertCredit(rule, FALL, new double[] {-2, -3, -1}, 2);
    // r = -1 2 -1 2, agg = 2 3 1 2: the point at 4 adds to the one at 2
    double[] twice = {0, -1, 1, 0, 2};
    assertCredit(rule, twice, new double[] {-1, 3, 1, 4}, 2, 4);
    // The same upside down: agg = -2 -3 -1 -2, reached by 2, 2, 1 and 1 points
    assertCredit(rule, new double[] {0, 1, -1, 0, -2}, new double[] {-4, -6, -1, -2}, 2, 4);
  }

  @Test
  void delayedRulesPayWithoutPointsUntilTheyStart() {
    RewardTrace trace = new RewardTrace(3, new double[][] {RISE});
    DelayedCredit plain = new DelayedCredit(5, rule(Trend.REMAINING, Balance.NONE));
    assertThat(plain.assign(trace, 4).stepRewards()[0]).containsExactly(-1, 2, 1);
    assertThat(plain.assign(trace, 4).turningPoints()[0]).containsOnly(false);
    assertThat(plain.assign(trace, 5).stepRewards()[0]).containsExactly(-1, 3, 1);
    DelayedCredit bonus =
        new DelayedCredit(5, new BonusCredit(rule(Trend.OVERALL, Balance.NONE), 1));
    assertThat(bonus.assign(trace, 0).stepRewards()[0]).containsExactly(2, 2, 2);
    assertThat(PAPER.assign(trace, 0).stepRewards()[0]).containsExactly(-1, 3, 1);
  }

  @Test
  void finalRewardsAloneAreNotEnough() {
    RewardTrace trace = new RewardTrace(3, new double[][] {{1}});
    for (CreditRule rule : new CreditRule[] {new IncrementalCredit(), PAPER, CONSISTENT}) {
      assertThat(rule.needsCompletions()).isTrue();
      assertThatThrownBy(() -> rule.assign(trace))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs 4 rewards a sample");
    }
  }

  record Holder(CreditRule credit) {}

  @Test
  void recipesNameThem() {
    assertThat(bind("terminal")).isEqualTo(new TerminalCredit());
    assertThat(bind("incremental")).isEqualTo(new IncrementalCredit());
    assertThat(bind("turning_point")).isEqualTo(PAPER);
    assertThat(bind("{type: turning_point_consistent, balance: aggregated, first_step: never}"))
        .isEqualTo(
            new ConsistentTurningPointCredit(Trend.REMAINING, FirstStep.NEVER, Balance.AGGREGATED));
    assertThat(bind("turning_point_bonus"))
        .isEqualTo(new BonusCredit(rule(Trend.OVERALL, Balance.NONE), 1));
    assertThat(bind("{type: turning_point_delayed, start: 3, rule: turning_point_propagated}"))
        .isEqualTo(new DelayedCredit(3, new PropagatedCredit(rule(Trend.OVERALL, Balance.NONE))));
    assertThatThrownBy(() -> bind("{type: turning_point, trend: final}"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("remaining");
  }

  private static CreditRule bind(String credit) {
    String yaml = "credit: " + credit;
    return Binder.bind(ConfigFile.parse(yaml, "r.yaml"), Holder.class, "r.yaml").credit();
  }

  private static TurningPointCredit rule(Trend trend, Balance balance) {
    return new TurningPointCredit(trend, FirstStep.QUALIFIES, balance);
  }

  private static CreditRule consistent(Trend trend) {
    return new ConsistentTurningPointCredit(trend, FirstStep.QUALIFIES, Balance.NONE);
  }

  private static void assertCredit(
      CreditRule rule, double[] rewards, double[] expected, int... turningPoints) {
    Credit credit = rule.assign(new RewardTrace(rewards.length - 1, new double[][] {rewards}));
    assertThat(credit.stepRewards()[0]).as(rule.toString()).containsExactly(expected);
    assertThat(credit.turningPoints()[0])
        .as(rule.toString())
        .isEqualTo(points(expected.length, turningPoints));
  }

  /** Flags of n steps, set at the given ones, counted from 1. */
  private static boolean[] points(int n, int... steps) {
    boolean[] flags = new boolean[n];
    for (int step : steps) {
      flags[step - 1] = true;
    }
    return flags;
  }
}
