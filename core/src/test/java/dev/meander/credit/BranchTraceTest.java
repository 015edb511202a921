package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Two branches of one trunk, n = 3 steps; all numbers are exact in binary. */
class BranchTraceTest {
  /** A trunk whose second step turns: it falls, then rises for good. */
  private static final double[] TRUNK = {2, 1, 3, 4};

  /** Row 0 is the trunk itself, so its branches earn R[1..3]. */
  private static final double[][] BRANCHES = {{1, 3, 4}, {2.5, 0.5, 6}};

  private static final BranchTrace STOCHASTIC =
      new BranchTrace(BRANCHES, new double[][] {TRUNK, TRUNK}, new boolean[] {true, false});
  private static final CreditRule TURNING =
      new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE);

  @Test
  void underTerminalCreditABranchEarnsItsOwnReward() {
    BranchTrace unscored = new BranchTrace(BRANCHES, new double[0][], new boolean[] {false, false});
    for (BranchTrace trace : new BranchTrace[] {unscored, STOCHASTIC}) {
      Credit credit = trace.assign(new TerminalCredit(), 0);
      assertThat(credit.stepRewards()).isDeepEqualTo(BRANCHES);
      assertThat(credit.turningPoints()).isDeepEqualTo(new boolean[2][3]);
      credit.stepRewards()[0][0] = 99;
      assertThat(trace.branches()[0][0]).as("a copy").isEqualTo(1);
    }
  }

  @Test
  void underIncrementalCreditABranchEarnsWhatItsStepChanged() {
    Credit credit = STOCHASTIC.assign(new IncrementalCredit(), 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 2, 1}, {.5, -.5, 3}});
  }

  @Test
  void onATrunkOfTheOdeTheChangeIsFromThePlainSample() {
    double[] flat = {2, 2, 2, 2};
    BranchTrace trace =
        new BranchTrace(BRANCHES, new double[][] {flat, flat}, new boolean[] {false, false});
    assertThat(trace.assign(new IncrementalCredit(), 0).stepRewards())
        .isDeepEqualTo(new double[][] {{-1, 1, 2}, {.5, -1.5, 4}});
    // Nothing came before that could have gone against the trend: only first steps are points.
    Credit credit = trace.assign(TURNING, 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 1, 2}, {.5, -1.5, 4}});
    assertThat(credit.turningPoints())
        .isDeepEqualTo(new boolean[][] {{true, false, false}, {true, false, false}});
  }

  @Test
  void turningPointsOfAStochasticTrunk() {
    Credit credit = STOCHASTIC.assign(TURNING, 0);
    // Row 0, R = 2 1 3 4: r = -1 2 1, the second step turns and earns 4 - 1.
    assertThat(credit.stepRewards()[0]).containsExactly(-1, 3, 1);
    assertThat(credit.turningPoints()[0]).containsExactly(false, true, false);
    // Row 1 ends where it branches: 2 2.5 | 2 1 .5 | 2 1 3 6. Its first step is with its own trend;
    // the second goes on falling; the third goes on rising.
    assertThat(credit.stepRewards()[1]).containsExactly(.5, -.5, 3);
    assertThat(credit.turningPoints()[1]).containsExactly(true, false, false);
  }

  @Test
  void aBranchMayTurnAgainstItsTrunk() {
    double[][] branches = {{1, 3, 4}, {1, 5, 2}};
    BranchTrace trace =
        new BranchTrace(branches, new double[][] {TRUNK, TRUNK}, new boolean[] {true, false});
    Credit credit = trace.assign(TURNING, 0);
    // 2 1 5: turns at its end. 2 1 3 2: the rise was with R[3] - R[1] = 1, so no turn at its end.
    assertThat(credit.stepRewards()[1]).containsExactly(-1, 4, -1);
    assertThat(credit.turningPoints()[1]).containsExactly(true, true, false);
  }

  @Test
  void nothingFollowsABranchSoItIsNeverConsistent() {
    CreditRule consistent =
        new ConsistentTurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE);
    Credit credit = STOCHASTIC.assign(consistent, 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 3, 1}, {.5, -.5, 3}});
    assertThat(credit.turningPoints()[0]).containsExactly(false, true, false);
    assertThat(credit.turningPoints()[1]).containsOnly(false);
  }

  @Test
  void theBonusLooksAtTheBranchsOwnGain() {
    CreditRule bonus =
        new BonusCredit(
            new TurningPointCredit(Trend.REMAINING, FirstStep.NEVER, Balance.NONE), 0.5);
    assertThat(STOCHASTIC.assign(bonus, 0).stepRewards())
        .isDeepEqualTo(new double[][] {{2, 3, 2}, {.5, -1.5, 4}});
  }

  @Test
  void onlyStepsThatAreTrainedAreBalanced() {
    // Points: row 0 turns at step 2 (agg 3); row 1 falls at step 1 (-.5) and turns at step 2 (2.5).
    // Its third branch, 2 1 3 6, repeats the trunk's turn at step 2 (5), which nobody earns.
    double[][] branches = {{1, 3, 4}, {1.5, 3.5, 6}};
    BranchTrace trace =
        new BranchTrace(branches, new double[][] {TRUNK, TRUNK}, new boolean[] {true, false});
    CreditRule balanced =
        new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.AGGREGATED);
    Credit credit = trace.assign(balanced, 0);
    // One loss, so one gain stays: the larger of 3 and 2.5.
    assertThat(credit.turningPoints())
        .isDeepEqualTo(new boolean[][] {{false, true, false}, {true, false, false}});
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 3, 1}, {-.5, 2.5, 3}});
  }

  @Test
  void delayedRulesWaitForTheirRollout() {
    CreditRule delayed = new DelayedCredit(2, (PointCredit) TURNING);
    assertThat(STOCHASTIC.assign(delayed, 1).stepRewards()[0]).containsExactly(-1, 2, 1);
    assertThat(STOCHASTIC.assign(delayed, 2).stepRewards()[0]).containsExactly(-1, 3, 1);
  }

  @Test
  void rulesWithCompletionsNeedTheTrunk() {
    BranchTrace unscored = new BranchTrace(BRANCHES, new double[0][], new boolean[] {false, false});
    assertThatThrownBy(() -> unscored.assign(TURNING, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("trunk");
    assertThatThrownBy(
            () -> new BranchTrace(BRANCHES, new double[][] {TRUNK}, new boolean[] {true, false}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 rows of branches");
    assertThatThrownBy(() -> new BranchTrace(BRANCHES, new double[0][], new boolean[1]))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
