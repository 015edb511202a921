package dev.meander.rewards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The networks are those of tools/parity/make_onnx.py. */
class OnnxRewardTest {
  private static final String MEAN =
      "file: src/test/resources/onnx/mean-color.onnx\nsize: [8, 8]\n";
  private static final String CORNER = "file: src/test/resources/onnx/corner.onnx\nlayout: nhwc\n";

  private static Reward create(String config) {
    return Rewards.create("onnx", ConfigFile.parse(config, "test"));
  }

  private static Image plain(int side, int... color) {
    byte[] rgb = new byte[3 * side * side];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) color[i % 3];
    }
    return new Image(side, side, rgb);
  }

  private static float[] score(String config, Image... images) {
    List<Reward.Sample> samples = new ArrayList<>();
    for (Image image : images) {
      samples.add(new Reward.Sample(Prompt.of("1", "x"), image));
    }
    try (Reward reward = create(config)) {
      return reward.score(samples);
    }
  }

  @Test
  void aNetworkIsAReward() {
    float[] scores =
        score(MEAN + "batch: 2", plain(8, 255, 0, 51), plain(16, 0, 0, 255), plain(5, 0, 9, 0));
    assertThat(scores[0]).isCloseTo(0.8f, within(1e-5f));
    assertThat(scores[1]).isCloseTo(-1f, within(1e-5f));
    assertThat(scores[2]).isCloseTo(0f, within(1e-5f));
  }

  @Test
  void meanStdOutputIndexAndScaleAct() {
    String settings = MEAN + "mean: [0.5, 0.2, 0]\nstd: [0.5, 0.25, 1]\n";
    // Red (1 - 0.5) / 0.5 less blue 0.2; green (0.4 - 0.2) / 0.25 + 0.5.
    Image image = plain(8, 255, 102, 51);
    assertThat(score(settings, image)[0]).isCloseTo(0.8f, within(1e-5f));
    assertThat(score(settings + "index: 1", image)[0]).isCloseTo(1.3f, within(1e-5f));
    assertThat(score(settings + "{output: doubled}".replaceAll("[{}]", ""), image)[0])
        .isCloseTo(1.6f, within(1e-5f));
    assertThat(score(settings + "scale: -10", image)[0]).isCloseTo(-8f, within(1e-4f));
  }

  @Test
  void channelsLastAndAFixedBatch() {
    byte[] rgb = new byte[3 * 4 * 6];
    rgb[0] = (byte) 204;
    rgb[1] = 7;
    Image first = new Image(6, 4, rgb);
    Image second = new Image(6, 4, new byte[3 * 4 * 6]);
    assertThat(score(CORNER + "size: [4, 6]", first, second, first))
        .containsExactly(0.8f, 0f, 0.8f);
  }

  @Test
  void aPictureIsStretchedOrCutToItsMiddle() {
    // 16 wide and 8 high: the middle 8 columns are red, the others black.
    byte[] rgb = new byte[3 * 16 * 8];
    for (int i = 0; i < 16 * 8; i++) {
      rgb[3 * i] = (byte) (i % 16 >= 4 && i % 16 < 12 ? 255 : 0);
    }
    Image wide = new Image(16, 8, rgb);
    assertThat(score(MEAN + "fit: crop", wide)[0]).isCloseTo(1f, within(1e-5f));
    assertThat(score(MEAN, wide)[0]).isBetween(0.4f, 0.6f);
  }

  @Test
  void whatDoesNotFitIsExplained(@TempDir Path dir) throws Exception {
    Path broken = Files.writeString(dir.resolve("broken.onnx"), "no network");
    assertError("file: nowhere.onnx\nsize: [8, 8]", "there is no file nowhere.onnx");
    assertError("file: " + broken + "\nsize: [8, 8]", "no network that ONNX Runtime loads");
    assertError(MEAN.replace("[8, 8]", "[8, 9]"), "[3, 8, 8]", "[3, 8, 9]");
    assertError(MEAN + "layout: nhwc", "[8, 8, 3]");
    assertError(MEAN + "output: scroes", "no output scroes; it has scores, doubled");
    assertError(MEAN + "mean: [1]", "mean must be [red, green, blue]");
    assertError(MEAN + "sise: 1", "did you mean size?");
    assertThatThrownBy(() -> score(MEAN + "index: 2", plain(8, 1, 1, 1)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("index 2 needs at least 3");
  }

  private static void assertError(String config, String... parts) {
    assertThatThrownBy(() -> create(config))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void closingFreesTheNetworkAndMayBeRepeated() {
    Reward reward = create(MEAN);
    List<Reward.Sample> samples =
        List.of(new Reward.Sample(Prompt.of("1", "x"), plain(8, 255, 0, 0)));
    assertThat(reward.score(samples)).hasSize(1);
    reward.close();
    assertThatThrownBy(() -> reward.score(samples)).isInstanceOf(IllegalStateException.class);
    assertThatCode(reward::close).doesNotThrowAnyException();
  }
}
