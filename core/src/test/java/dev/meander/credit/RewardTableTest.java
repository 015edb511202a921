package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.layout.Branches;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two branches of one trunk, n = 3 steps; all numbers are exact in binary. */
class RewardTableTest {
  /** A trunk whose second step turns: it falls, then rises for good. */
  private static final double[] TRUNK = {2, 1, 3, 4};

  /** Row 0 is the trunk itself, so its branches earn R[1..3]. */
  private static final double[][] BRANCHES = {{1, 3, 4}, {2.5, 0.5, 6}};

  private static final List<PromptGroup> PAIR =
      List.of(new PromptGroup(5, Prompt.of("0", "a red circle"), 2));
  private static final StepRange WINDOW = new StepRange(0, 3);
  private static final RewardTable STOCHASTIC = table(Branches.Trunk.SDE, TRUNK[0], BRANCHES);
  private static final CreditRule TURNING =
      new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE);

  /** Scores at the places that the layout gives them. */
  private static RewardTable table(Branches.Trunk trunk, double start, double[][] branches) {
    RolloutLayout layout = new Branches(2, trunk).layout(PAIR, WINDOW, true);
    float[] scores = new float[layout.images()];
    scores[layout.imageBefore(layout.trunk(0))] = (float) start;
    for (int i = 0; i < branches.length; i++) {
      for (int j = 0; j < branches[i].length; j++) {
        scores[layout.imageAfter(i, j)] = (float) branches[i][j];
      }
    }
    return new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, scores)));
  }

  @Test
  void underTerminalCreditABranchEarnsItsOwnReward() {
    for (Branches.Trunk trunk : Branches.Trunk.values()) {
      Credit credit = table(trunk, 2, BRANCHES).credit(0, new TerminalCredit(), 0);
      assertThat(credit.stepRewards()).isDeepEqualTo(BRANCHES);
      assertThat(credit.turningPoints()).isDeepEqualTo(new boolean[2][3]);
    }
  }

  private record Returns(double[][] rewards) implements CreditRule {
    @Override
    public boolean needsCompletions() {
      return false;
    }

    @Override
    public Credit assign(RewardTrace trace) {
      return Credit.plain(rewards);
    }
  }

  @Test
  void aRuleThatLeavesStepsOutOrPaysNoNumberIsNamed() {
    RolloutLayout layout = new Chains(0).layout(PAIR, WINDOW, false);
    RewardTable table =
        new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, new float[] {3, 5})));
    for (double[][] wrong :
        List.of(
            new double[][] {{1, 2, 3}},
            new double[][] {{1, 2}, {3, 4}},
            new double[][] {{1, 2, 3}, {4, 5, Double.NaN}})) {
      assertThatThrownBy(() -> table.credit(0, new Returns(wrong), 0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(Returns.class.getName() + " (of ")
          .hasMessageContaining("a finite reward for each of 2 samples and 3 steps");
    }
  }

  @Test
  void underTerminalCreditEveryStepOfAChainEarnsItsFinalReward() {
    RolloutLayout layout = new Chains(0).layout(PAIR, WINDOW, false);
    RewardTable table =
        new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, new float[] {3, 5})));
    assertThat(table.credit(0, new TerminalCredit(), 0).stepRewards())
        .isDeepEqualTo(new double[][] {{3, 3, 3}, {5, 5, 5}});
  }

  @Test
  void chainsAreWholeTrajectories() {
    RolloutLayout layout = new Chains(0).layout(PAIR, WINDOW, true);
    float[] scores = new float[layout.images()];
    double[][] rewards = {TRUNK, {2, 2.5, 0.5, 6}};
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j <= 3; j++) {
        scores[layout.trunkImages(i)[j]] = (float) rewards[i][j];
      }
    }
    RewardTable table =
        new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, scores)));
    assertThat(table.credit(0, TURNING, 0))
        .usingRecursiveComparison()
        .isEqualTo(TURNING.assign(new RewardTrace(3, rewards)));
  }

  @Test
  void spreadIsThatOfAllImagesThatStandForRows() {
    RolloutLayout layout = new Branches(2, Branches.Trunk.ODE).layout(PAIR, WINDOW, false);
    float[] scores = {0, 1, 0, 1, 0, 1}; // both rows have the mean 1/2
    RewardTable table =
        new RewardTable(
            layout,
            List.of(
                new RewardTable.Column("a", 2, scores),
                new RewardTable.Column("b", 1, new float[] {3, 3, 3, 3, 3, 3})));
    assertThat(table.mean()).isCloseTo(4, within(1e-12));
    assertThat(table.std()).isCloseTo(1, within(1e-12));
    assertThat(table.means()).containsExactly(entry("a", 0.5), entry("b", 3.0));
  }

  /** What a table of row means would report, and what is right. */
  @ParameterizedTest
  @CsvSource({"0.226, 0.356", "0.123, 0.360"})
  void rowMeansSpreadLessThanBranches(double ofRowMeans, double ofImages) {
    RolloutLayout layout = new Branches(2, Branches.Trunk.ODE).layout(PAIR, WINDOW, false);
    double within = Math.sqrt(1.5 * (ofImages * ofImages - ofRowMeans * ofRowMeans));
    float[] scores = new float[layout.images()];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 3; j++) {
        scores[layout.imageAfter(i, j)] = (float) ((2 * i - 1) * ofRowMeans + (j - 1) * within);
      }
    }
    RewardTable table = new RewardTable(layout, List.of(new RewardTable.Column("a", 1, scores)));
    assertThat(table.std()).isCloseTo(ofImages, within(1e-6));
  }

  @Test
  void underIncrementalCreditABranchEarnsWhatItsStepChanged() {
    Credit credit = STOCHASTIC.credit(0, new IncrementalCredit(), 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 2, 1}, {.5, -.5, 3}});
  }

  @Test
  void onATrunkOfTheOdeTheChangeIsFromThePlainSample() {
    RewardTable trace = table(Branches.Trunk.ODE, 2, BRANCHES);
    assertThat(trace.credit(0, new IncrementalCredit(), 0).stepRewards())
        .isDeepEqualTo(new double[][] {{-1, 1, 2}, {.5, -1.5, 4}});
    // Nothing follows a branch that it could be paid for: no point is marked. Recipes are refused.
    Credit credit = trace.credit(0, TURNING, 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 1, 2}, {.5, -1.5, 4}});
    assertThat(credit.turningPoints()).isDeepEqualTo(new boolean[2][3]);
  }

  @Test
  void turningPointsOfAStochasticTrunk() {
    Credit credit = STOCHASTIC.credit(0, TURNING, 0);
    // Row 0, R = 2 1 3 4: r = -1 2 1, the second step turns and earns 4 - 1.
    assertThat(credit.stepRewards()[0]).containsExactly(-1, 3, 1);
    assertThat(credit.turningPoints()[0]).containsExactly(false, true, false);
    // Row 1 ends where it branches: 2 2.5 | 2 1 .5 | 2 1 3 6. Its steps are paid their change,
    // which
    // is all that they gained, so none is marked.
    assertThat(credit.stepRewards()[1]).containsExactly(.5, -.5, 3);
    assertThat(credit.turningPoints()[1]).containsOnly(false);
  }

  @Test
  void aBranchMayTurnAgainstItsTrunk() {
    double[][] branches = {{1, 3, 4}, {1, 5, 2}};
    RewardTable trace = table(Branches.Trunk.SDE, TRUNK[0], branches);
    Credit credit = trace.credit(0, TURNING, 0);
    // 2 1 5 turns at its end, where a mark would pay nothing; the bonus form pays for it.
    assertThat(credit.stepRewards()[1]).containsExactly(-1, 4, -1);
    assertThat(credit.turningPoints()[1]).containsOnly(false);
    CreditRule bonus =
        new BonusCredit(
            new TurningPointCredit(Trend.REMAINING, FirstStep.NEVER, Balance.NONE), 0.5);
    assertThat(trace.credit(0, bonus, 0).turningPoints()[1]).containsExactly(false, true, false);
    assertThat(trace.credit(0, bonus, 0).stepRewards()[1]).containsExactly(-1, 5, 0);
  }

  @Test
  void nothingFollowsABranchSoItIsNeverConsistent() {
    CreditRule consistent =
        new ConsistentTurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE);
    Credit credit = STOCHASTIC.credit(0, consistent, 0);
    assertThat(credit.stepRewards()).isDeepEqualTo(new double[][] {{-1, 3, 1}, {.5, -.5, 3}});
    assertThat(credit.turningPoints()[0]).containsExactly(false, true, false);
    assertThat(credit.turningPoints()[1]).containsOnly(false);
  }

  @Test
  void theBonusLooksAtTheBranchsOwnGain() {
    CreditRule bonus =
        new BonusCredit(
            new TurningPointCredit(Trend.REMAINING, FirstStep.NEVER, Balance.NONE), 0.5);
    assertThat(STOCHASTIC.credit(0, bonus, 0).stepRewards())
        .isDeepEqualTo(new double[][] {{2, 3, 2}, {.5, -1.5, 4}});
  }

  @Test
  void onlyStepsThatArePaidForTheRestAreBalanced() {
    List<PromptGroup> two =
        List.of(PAIR.get(0), new PromptGroup(6, Prompt.of("1", "a blue square"), 2));
    RolloutLayout layout = new Branches(2, Branches.Trunk.SDE).layout(two, WINDOW, true);
    float[] scores = new float[layout.images()];
    scores[layout.imageBefore(layout.trunk(0))] = 2;
    scores[layout.imageBefore(layout.trunk(2))] = 2;
    // Trunks are rows 0 (2 1 3 4: turns at step 2, agg 3) and 2 (2 4 1.5 1: turns at step 2, agg
    // -3). Rows 1 and 3 are ends: 2 1 6 in row 1 would turn with 5, the largest gain of all.
    float[][] branches = {{1, 3, 4}, {1, 6, 4}, {4, 1.5f, 1}, {2, 4, 1.5f}};
    for (int i = 0; i < branches.length; i++) {
      for (int j = 0; j < 3; j++) {
        scores[layout.imageAfter(i, j)] = branches[i][j];
      }
    }
    RewardTable trace =
        new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, scores)));
    CreditRule balanced =
        new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.AGGREGATED);
    Credit credit = trace.credit(0, balanced, 0);
    assertThat(credit.turningPoints())
        .isDeepEqualTo(
            new boolean[][] {
              {false, true, false}, new boolean[3], {false, true, false}, new boolean[3]
            });
    assertThat(credit.stepRewards()[0]).containsExactly(-1, 3, 1);
    assertThat(credit.stepRewards()[1]).containsExactly(-1, 5, 1);
    assertThat(credit.stepRewards()[2]).containsExactly(2, -3, -.5);
  }

  @Test
  void delayedRulesWaitForTheirRollout() {
    CreditRule delayed = new DelayedCredit(2, (PointCredit) TURNING);
    assertThat(STOCHASTIC.credit(0, delayed, 1).stepRewards()[0]).containsExactly(-1, 2, 1);
    assertThat(STOCHASTIC.credit(0, delayed, 2).stepRewards()[0]).containsExactly(-1, 3, 1);
  }

  @Test
  void rulesWithCompletionsNeedTheTrunk() {
    RolloutLayout layout = new Branches(2, Branches.Trunk.SDE).layout(PAIR, WINDOW, false);
    RewardTable unscored =
        new RewardTable(
            layout, List.of(new RewardTable.Column("reward", 1, new float[layout.images()])));
    assertThatThrownBy(() -> unscored.credit(0, TURNING, 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before its window");
  }

  @Test
  void everyImageNeedsAScore() {
    RolloutLayout layout = new Chains(0).layout(PAIR, WINDOW, false);
    assertThatThrownBy(
            () ->
                new RewardTable(layout, List.of(new RewardTable.Column("reward", 1, new float[3]))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 scores for 2 images");
  }
}
