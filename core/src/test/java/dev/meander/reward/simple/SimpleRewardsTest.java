package dev.meander.reward.simple;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SimpleRewardsTest {
  private static float[] score(String name, String config, Image... images) {
    try (Reward reward = Rewards.create(name, ConfigFile.parse(config, "test"))) {
      return reward.score(
          List.of(images).stream().map(i -> new Reward.Sample(Prompt.of("1", "x"), i)).toList());
    }
  }

  private static Image plain(int... color) {
    byte[] rgb = new byte[3 * 32 * 16];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) color[i % 3];
    }
    return new Image(32, 16, rgb);
  }

  private static Image noise() {
    byte[] rgb = new byte[3 * 32 * 16];
    new Random(1).nextBytes(rgb);
    return new Image(32, 16, rgb);
  }

  @Test
  void theConstantIsTheSameForAll() {
    assertThat(score("constant", "value: -0.5", plain(0, 0, 0), noise())).containsOnly(-0.5f);
    assertThat(score("constant", "", plain(0, 0, 0))).containsExactly(0f);
  }

  @Test
  void theMeanColourIsComparedWithItsTarget() {
    float[] scores =
        score("mean_color", "target: [255, 255, 255]", plain(255, 255, 255), plain(0, 0, 0));
    assertThat(scores).containsExactly(1f, 0f);
    // Two channels off by 51, a fifth of the range.
    assertThat(score("mean_color", "target: [51, 0, 51]", plain(0, 0, 0))[0])
        .isCloseTo((float) (1 - 0.2 * Math.sqrt(2.0 / 3)), within(1e-6f));
    // Half of the pixels white, half black: the mean is grey.
    byte[] halves = new byte[6];
    halves[0] = halves[1] = halves[2] = (byte) 255;
    assertThat(score("mean_color", "target: [127.5, 127.5, 127.5]", new Image(2, 1, halves)))
        .containsExactly(1f);
  }

  @Test
  void theJpegRewardsAreOppositeAndOrderByDetail() throws IOException {
    float[] small = score("jpeg_compressibility", "", plain(9, 9, 9), noise());
    float[] large = score("jpeg_incompressibility", "", plain(9, 9, 9), noise());

    assertThat(small).containsExactly(-large[0], -large[1]);
    assertThat(large[0]).isLessThan(large[1]).isPositive();
    // At the writer's default quality the size is that of the file that ImageIO writes.
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageIO.write(raster(noise()), "jpeg", file);
    assertThat(score("jpeg_incompressibility", "quality: 0.75", noise())[0])
        .isEqualTo(file.size() / 1000f);
    assertThat(score("jpeg_incompressibility", "quality: 0.3", noise())[0]).isLessThan(large[1]);
  }

  private static java.awt.image.BufferedImage raster(Image image) throws IOException {
    java.awt.image.BufferedImage decoded =
        ImageIO.read(new java.io.ByteArrayInputStream(Png.encode(image)));
    java.awt.image.BufferedImage plain =
        new java.awt.image.BufferedImage(
            image.width(), image.height(), java.awt.image.BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        plain.setRGB(x, y, decoded.getRGB(x, y));
      }
    }
    return plain;
  }

  @Test
  void wrongSettingsAndNamesAreExplained() {
    assertThatThrownBy(() -> score("jpeg_compressibility", "quality: 95"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("reward jpeg_compressibility")
        .hasMessageContaining("quality");
    assertThatThrownBy(() -> score("mean_color", "target: [1, 2]"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("three numbers");
    assertThatThrownBy(() -> score("jpeg_compresibility", ""))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean jpeg_compressibility?");
  }
}
