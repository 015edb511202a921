package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Zeros, ties, the first and the last. */
class CreditEdgesTest {
  private static final TurningPointCredit PLAIN =
      new TurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE);

  private static RewardTrace trace(double[]... rewards) {
    return new RewardTrace(rewards[0].length - 1, rewards);
  }

  @Test
  void theTableReportsMeanAndSpreadOfTheWeightedSum() {
    RolloutLayout layout =
        new Chains(0)
            .layout(
                List.of(new PromptGroup(0, Prompt.of("1", "x"), 2)), new StepRange(0, 3), false);
    RewardTable table =
        new RewardTable(
            layout,
            List.of(
                new RewardTable.Column("a", 2, new float[] {3, 5}),
                new RewardTable.Column("b", -1, new float[] {1, 9})));
    // 2 * 3 - 1 and 2 * 5 - 9.
    assertThat(table.mean()).isCloseTo(3, within(1e-12));
    assertThat(table.std()).isCloseTo(2, within(1e-12));
    assertThat(table.means()).containsEntry("a", 4.0).containsEntry("b", 5.0);
  }

  @Test
  void aRuleSaysWhetherItNeedsManyValues() {
    assertThat(PLAIN.needsManyValues()).isTrue();
    assertThat(
            new ConsistentTurningPointCredit(Trend.REMAINING, FirstStep.QUALIFIES, Balance.NONE)
                .needsManyValues())
        .isTrue();
    assertThat(new TerminalCredit().needsManyValues()).isFalse();
    assertThat(new IncrementalCredit().needsManyValues()).isFalse();
  }

  @Test
  void beforeItsStartADelayedRulePaysIncrements() {
    DelayedCredit rule = new DelayedCredit(2, PLAIN);
    RewardTrace trace = trace(new double[] {2, 1, 3, 4});
    for (long rollout : new long[] {0, 1}) {
      Credit before = rule.assign(trace, rollout);
      assertThat(before.stepRewards()).isDeepEqualTo(new double[][] {{-1, 2, 1}});
      assertThat(before.turningPoints()).isDeepEqualTo(new boolean[1][3]);
    }
    assertThat(rule.assign(trace, 2).stepRewards())
        .isDeepEqualTo(PLAIN.assign(trace).stepRewards());
    assertThat(rule.assign(trace).stepRewards()).isDeepEqualTo(PLAIN.assign(trace).stepRewards());
    assertThat(rule.assign(trace).stepRewards()).isNotEqualTo(rule.assign(trace, 0).stepRewards());
    assertThat(new DelayedCredit(0, PLAIN).start()).isZero();
    assertThatThrownBy(() -> new DelayedCredit(-1, PLAIN)).isInstanceOf(UserError.class);
  }

  @Test
  void aSampleThatEndsWhereItBeganIsNotPositive() {
    PositiveFlipCredit rule =
        new PositiveFlipCredit(Trend.REMAINING, FirstStep.NEVER, Balance.NONE);
    assertThat(rule.turningPoints(trace(new double[] {2, 1, 2}))[0]).containsOnly(false);
    // The same turn in a sample that gained.
    assertThat(rule.turningPoints(trace(new double[] {2, 1, 3}))[0]).containsExactly(false, true);
  }

  @Test
  void aTurningPointOfNoValueIsDroppedWhereBothSidesAreThere() {
    RewardTrace trace =
        trace(new double[] {0, 3, 5}, new double[] {5, 3, 1}, new double[] {4, 2, 4});
    boolean[][] all = {{true, true}, {true, true}, {true, true}};
    // Overall: +5, +5, -4, -4, 0, 0.
    assertThat(Balance.OVERALL.of(trace, all))
        .isDeepEqualTo(new boolean[][] {{true, true}, {true, true}, {false, false}});
    // One loss less: the smaller of the two gains goes, by its own magnitude.
    boolean[][] uneven = {{true, true}, {true, false}, {false, false}};
    assertThat(Balance.AGGREGATED.of(trace, uneven))
        .isDeepEqualTo(new boolean[][] {{true, false}, {true, false}, {false, false}});
    boolean[][] gains = {{true, true}, {false, false}, {false, false}};
    assertThat(Balance.AGGREGATED.of(trace, gains)).isSameAs(gains);
  }
}
