package dev.meander.preference;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * image_reward agrees with transformers' BLIP (vision tower and text encoder with cross attention)
 * under ImageReward's head, names, image transform and standardisation.
 */
class ImageRewardParityTest {
  private final Pictures blip = Pictures.of("pref-imagereward");

  @TempDir Path dir;

  private static Reward create(Object model, int heads) {
    return Rewards.create(
        "image_reward",
        ConfigFile.parse("{model: %s, vision_heads: %d}".formatted(model, heads), "recipe"));
  }

  @Test
  void scoresAgree() {
    try (Reward reward = create(blip.path(), 3)) {
      ClipRewardsParityTest.assertScores(
          reward.score(blip.samples()), blip.expected("image_reward"), 1e-4f);
    }
  }

  @Test
  void mistakesAreNamed() {
    assertThatThrownBy(() -> create(blip.path(), 16))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("vision_heads (16) must divide the vision tower's 18 features");
    assertThatThrownBy(() -> create(dir, 3))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("med_config.json")
        .hasMessageContaining("tokenizer.json; ImageReward takes that of bert-base-uncased")
        .hasMessageContaining("no .safetensors file");
  }
}
