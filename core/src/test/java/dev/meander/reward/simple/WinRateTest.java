package dev.meander.reward.simple;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.Rewards;
import dev.meander.reward.WinRates;
import dev.meander.train.RewardSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WinRateTest {
  private static final JsonNode GIVEN = ConfigFile.parse("reward: given", "test");

  /** The win rates where the reward gives these scores. */
  private static float[] rates(int images, float... scores) {
    Reward given = samples -> scores;
    Reward.Sample sample = new Reward.Sample(Prompt.of("1", "a cat"), new Image(1, 1, new byte[3]));
    try (RewardSet set = new RewardSet(Map.of("given", given))) {
      return ((GroupReward) set.scorer("win_rate", GIVEN))
          .score(Collections.nCopies(images, sample));
    }
  }

  @Test
  void theShareOfTheOthersThatAreWorse() {
    assertThat(rates(4, 3, 1, 4, 1.5f)).containsExactly(2 / 3f, 0, 1, 1 / 3f);
    assertThat(rates(2, -5, -6)).containsExactly(1, 0);
  }

  @Test
  void ofEqualScoresEachWinsOneHalf() {
    assertThat(rates(3, 2, 2, 2)).containsExactly(0.5f, 0.5f, 0.5f);
    assertThat(rates(4, 0, -0f, 1, -1)).containsExactly(0.5f, 0.5f, 1, 0);
    assertThat(rates(2, Float.MAX_VALUE, -Float.MAX_VALUE)).containsExactly(1, 0);
    assertThat(rates(2, Float.MIN_VALUE, 0)).containsExactly(1, 0);
  }

  @Test
  void whatTheRewardGivesMustBeANumberForEach() {
    assertThatThrownBy(() -> rates(2, 1, Float.NaN))
        .isInstanceOf(RewardFailed.class)
        .hasMessage("reward win_rate: given gave a score that is not finite: NaN");
    assertThatThrownBy(() -> rates(2, 1, Float.POSITIVE_INFINITY)).isInstanceOf(RewardFailed.class);
    assertThatThrownBy(() -> rates(2, 1))
        .isInstanceOf(RewardFailed.class)
        .hasMessage("reward win_rate: given gave 1 scores for 2 images");
    assertThatThrownBy(() -> rates(1, 1))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("at least two images of a prompt, found 1");
    assertThatThrownBy(() -> rates(0))
        .isInstanceOf(RewardFailed.class)
        .hasMessageContaining("found 0");
  }

  @Test
  void aComparisonMustBeAProbability() {
    for (double p : new double[] {Double.NaN, -0.1, 1.1}) {
      assertThatThrownBy(() -> WinRates.of("mine", 2, (i, j) -> p))
          .isInstanceOf(RewardFailed.class)
          .hasMessageContaining("mine: image 0 is better than image 1 with a probability of " + p);
    }
    assertThat(WinRates.of("mine", 3, (i, j) -> 0.25)).containsExactly(0.25f, 0.5f, 0.75f);
  }

  @Test
  void theRewardInsideIsSharedAndItsSettingsAreChecked() {
    JsonNode config = ConfigFile.parse("{reward: mean_color, config: {target: [0, 0, 0]}}", "test");
    try (RewardSet set = new RewardSet()) {
      assertThat(set.scorer("win_rate", config))
          .isInstanceOf(GroupReward.class)
          .isSameAs(set.scorer("win_rate", config));
      assertThatThrownBy(() -> set.get("win_rate", config))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("a judge must be another reward");
      JsonNode nested = ConfigFile.parse("{reward: win_rate, config: {reward: constant}}", "test");
      assertThatThrownBy(() -> set.scorer("win_rate", nested))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("has no score for a single one");
      JsonNode unknown = ConfigFile.parse("reward: pikscore", "test");
      assertThatThrownBy(() -> set.scorer("win_rate", unknown))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("did you mean pickscore?");
    }
    for (String wrong :
        List.of(
            "{}", "{reward: mean_color, config: 3}", "{reward: mean_color, config: {tarket: 1}}")) {
      Problems problems = new Problems();
      Rewards.check("win_rate", ConfigFile.parse(wrong, "test"), problems);
      assertThat(problems.count()).as(wrong).isEqualTo(1);
    }
    assertThat(
            Arrays.asList(Rewards.comparesGroups("win_rate"), Rewards.comparesGroups("constant")))
        .containsExactly(true, false);
  }
}
