package dev.meander.credit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TerminalCreditTest {
  private final CreditRule rule = new TerminalCredit();

  @Test
  void everyStepEarnsTheFinalReward() {
    RewardTrace trace = new RewardTrace(3, new double[][] {{.25}, {-1}});
    assertThat(rule.needsCompletions()).isFalse();
    assertThat(rule.assign(trace).stepRewards())
        .isDeepEqualTo(new double[][] {{.25, .25, .25}, {-1, -1, -1}});
  }

  @Test
  void completionsDoNotChangeIt() {
    RewardTrace trace = new RewardTrace(2, new double[][] {{.1, .9, .3}, {.5, 0, .7}});
    assertThat(trace.hasCompletions()).isTrue();
    assertThat(rule.assign(trace).stepRewards()).isDeepEqualTo(new double[][] {{.3, .3}, {.7, .7}});
  }

  @Test
  void aTraceOfTheWrongShapeIsRefused() {
    assertRefused(2, new double[][] {{1, 2}}, "1 reward or 3, not 2");
    assertRefused(2, new double[][] {{1}, {1, 2, 3}}, "sample 1 has 3 rewards");
    assertRefused(2, new double[][] {{1}, {Double.NaN}}, "sample 1 has the reward NaN");
    assertRefused(2, new double[][] {}, "samples");
    assertRefused(0, new double[][] {{1}}, "trained steps");
  }

  private static void assertRefused(int steps, double[][] rewards, String message) {
    assertThatThrownBy(() -> new RewardTrace(steps, rewards))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
