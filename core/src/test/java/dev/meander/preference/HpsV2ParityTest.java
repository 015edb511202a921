package dev.meander.preference;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.tensor.Scope;
import dev.meander.testing.Fixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** hpsv2 agrees with open_clip and the released scorer's transform. */
class HpsV2ParityTest {
  private static final Path WORDS = Fixture.of("pref-clip").directory();

  private final Pictures hps = Pictures.of("pref-hpsv2");

  @TempDir Path dir;

  private static Reward create(Object model) {
    return Rewards.create(
        "hpsv2", ConfigFile.parse("{model: %s, tokenizer: %s}".formatted(model, WORDS), "recipe"));
  }

  @Test
  void pixelsAndScoresAgree() {
    ImageProcessor processor =
        new ImageProcessor(
            new ImageProcessor.LongestEdge(),
            24,
            ImageProcessor.TO_UNIT,
            ImageProcessor.CLIP_MEAN,
            ImageProcessor.CLIP_STD);
    try (Scope scope = new Scope();
        Reward reward = create(hps.path())) {
      assertClose(
          "pixels", processor.pixels(hps.images()), hps.fixture().io().get("pixel_values"), 1e-5);
      ClipRewardsParityTest.assertScores(reward.score(hps.samples()), hps.expected("hpsv2"), 1e-4f);
    }
  }

  @Test
  void anArchitectureThatIsNotSupportedIsNamed() throws IOException {
    String config = Files.readString(Path.of(hps.path(), "open_clip_config.json"));
    Files.writeString(
        dir.resolve("open_clip_config.json"),
        config.replace("\"head_width\": 6", "\"timm_model_name\": \"vit\""));
    Files.copy(
        Path.of(hps.path(), "open_clip_model.safetensors"),
        dir.resolve("open_clip_model.safetensors"));

    assertThatThrownBy(() -> create(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("vision_cfg.timm_model_name is not a setting");
  }
}
