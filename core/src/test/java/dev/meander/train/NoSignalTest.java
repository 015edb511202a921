package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.credit.RewardTable;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.schedule.StepRange;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NoSignalTest {
  private static final RolloutLayout LAYOUT =
      new Chains(1)
          .layout(
              List.of(new PromptGroup(0, Prompt.of("1", "a star"), 2)), new StepRange(0, 1), false);

  private static Optional<String> warning(double ratio, long rollouts, Object... weightsAndScores) {
    List<RewardTable.Column> columns =
        weightsAndScores.length == 3
            ? List.of(column("one", weightsAndScores, 0))
            : List.of(column("one", weightsAndScores, 0), column("two", weightsAndScores, 3));
    return NoSignal.of(new RewardTable(LAYOUT, columns), ratio, rollouts);
  }

  private static RewardTable.Column column(String name, Object[] numbers, int at) {
    float[] scores = new float[LAYOUT.images()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = ((Number) numbers[at + 1 + i % 2]).floatValue();
    }
    return new RewardTable.Column(name, ((Number) numbers[at]).doubleValue(), scores);
  }

  @Test
  void theReasonIsNamedWhereItIsKnown() {
    assertThat(warning(1, 0, 1, 0.5, 0.5).orElseThrow()).contains("one gave every image");
    assertThat(warning(1, 0, 0, 0.5, 1).orElseThrow()).contains("the weights of all rewards are 0");
    assertThat(warning(1, 0, 1, 0.5, 1, 1, -0.5, -1).orElseThrow()).contains("cancel out");
    assertThat(warning(0.9, 0, 1, 0.5, 1)).isEmpty();
    assertThat(warning(1, 3, 1, 0.5, 0.5)).as("later ones are counted").isEmpty();
  }
}
