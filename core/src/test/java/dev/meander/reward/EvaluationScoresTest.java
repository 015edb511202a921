package dev.meander.reward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluationScoresTest {
  private static final List<String> PROMPTS = List.of("a", "b", "c");

  private static EvaluationScores scores(List<String> prompts, double... scores) {
    return new EvaluationScores(
        prompts, prompts.stream().map(p -> "").toList(), scores.length / prompts.size(), scores);
  }

  @Test
  void thePromptThatRoseMostIsFoundAndAmongEqualsTheBest() {
    EvaluationScores before = scores(PROMPTS, 0, 1, 0, 0, 0.5, 0.5);

    assertThat(scores(PROMPTS, 1, 0, 1, 0.5, 1, 0.5).mostImproved(Optional.of(before)))
        .isEqualTo("b");
    assertThat(scores(PROMPTS, 1, 1, 0.5, 0.5, 1, 1).mostImproved(Optional.of(before)))
        .isEqualTo("a");
  }

  @Test
  void withoutTheSamePromptsBeforeItIsTheBest() {
    EvaluationScores after = scores(PROMPTS, 0.2, 0.9, 0.4);

    assertThat(after.mostImproved(Optional.empty())).isEqualTo("b");
    assertThat(after.mostImproved(Optional.of(scores(List.of("x", "y"), 0, 0)))).isEqualTo("b");
  }
}
