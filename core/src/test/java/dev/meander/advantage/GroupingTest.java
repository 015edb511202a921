package dev.meander.advantage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GroupingTest {
  private static final long[] PROMPTS = {5, 5, 5, 5, 9, 9, 9, 9};
  private static final long[] SEEDS = {0, 1, 0, 1, 0, 1, 0, 1};

  @Test
  void promptGroupsHoldEverySeed() {
    assertThat(new PromptGroups().ids(PROMPTS, SEEDS)).isEqualTo(PROMPTS);
    assertThat(new PromptGroups().size(4, 6)).isEqualTo(24);
  }

  @Test
  void seedGroupsHoldTheBranchesOfOneNoise() {
    assertThat(new SeedGroups().ids(PROMPTS, SEEDS)).containsExactly(0, 1, 0, 1, 2, 3, 2, 3);
    assertThat(new SeedGroups().size(4, 6)).isEqualTo(6);
    assertThatThrownBy(() -> new SeedGroups().ids(PROMPTS, new long[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("8 samples need as many seeds, not 2");
  }

  @Test
  void theQualityOfTheSeedCancelsInSeedGroupsOnly() {
    // Seed 1 is better by 10 everywhere; at the second branch step no branch matters.
    double[][] rewards = {{0, 1}, {10, 11}, {2, 1}, {12, 11}};
    long[] prompts = {3, 3, 3, 3};
    long[] seeds = {0, 1, 0, 1};
    double[][] bySeed = advantages(new SeedGroups(), prompts, seeds, rewards);
    assertThat(bySeed[0]).containsExactly(-1 / 1.0001, 0);
    assertThat(bySeed[1]).containsExactly(-1 / 1.0001, 0);
    double[][] byPrompt = advantages(new PromptGroups(), prompts, seeds, rewards);
    assertThat(byPrompt[1]).containsExactly(4 / (Math.sqrt(26) + 1e-4), 5 / 5.0001);
  }

  private static double[][] advantages(
      Grouping grouping, long[] prompts, long[] seeds, double[][] rewards) {
    GroupAdvantage normalizer = new GroupAdvantage(grouping.size(2, 2), new GroupStd(), 5);
    return new WeightedSum()
        .advantages(
            normalizer, grouping.ids(prompts, seeds), List.<double[][]>of(rewards), List.of(1.0))
        .values();
  }
}
