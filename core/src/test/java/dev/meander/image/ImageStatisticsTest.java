package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageStatisticsTest {
  private interface Painter {
    int level(int x, int y, int channel);
  }

  private static Image image(int width, int height, Painter painter) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) painter.level(i / 3 % width, i / 3 / width, i % 3);
    }
    return new Image(width, height, rgb);
  }

  private static Image plain(int... color) {
    return image(8, 8, (x, y, c) -> color[c]);
  }

  @Test
  void aPlainPictureHasNoEdges() {
    ImageStatistics grey = ImageStatistics.of(plain(90, 90, 90));
    assertThat(grey).isEqualTo(new ImageStatistics(0, 0, 0));
    assertThat(ImageStatistics.of(plain(200, 50, 100)).saturation()).isEqualTo(0.75);
    assertThat(ImageStatistics.of(plain(0, 0, 0)).saturation()).isZero();
  }

  @Test
  void anEdgeBetweenBlackAndWhiteIsOneOnBothOfItsSides() {
    Image halves = image(10, 6, (x, y, c) -> x < 5 ? 0 : 255);
    ImageStatistics seen = ImageStatistics.of(halves);
    // Two of the eight inner columns.
    assertThat(seen.edgeDensity()).isEqualTo(0.25);
    assertThat(seen.sharpness()).isCloseTo(0.25, within(1e-6));
  }

  @Test
  void aFaintRampIsSharpNowhere() {
    ImageStatistics ramp = ImageStatistics.of(image(10, 10, (x, y, c) -> 10 * x));
    assertThat(ramp.edgeDensity()).isZero();
    // Sobel's response to a slope of 10 a pixel is 8 times that, a quarter of it counts.
    assertThat(ramp.sharpness()).isCloseTo(20 / 255.0, within(1e-6));
  }

  @Test
  void meansAreOverPictures() {
    ImageStatistics mean =
        ImageStatistics.average(
            List.of(
                ImageStatistics.of(plain(100, 100, 100)), ImageStatistics.of(plain(100, 50, 50))));
    assertThat(mean.saturation()).isEqualTo(0.25);
    assertThat(ImageStatistics.average(List.of()).sharpness()).isNaN();
  }

  @Test
  void diversityIsTheMeanDistanceOfPairs() {
    Image black = plain(0, 0, 0);
    Image white = plain(255, 255, 255);
    assertThat(ImageStatistics.diversity(List.of(black, white))).isEqualTo(1);
    assertThat(ImageStatistics.diversity(List.of(black, black, white)))
        .isCloseTo(2.0 / 3, within(1e-12));
    assertThat(ImageStatistics.diversity(Collections.nCopies(5, white))).isZero();
    assertThat(ImageStatistics.diversity(List.of(black))).isNaN();
    // One channel of three: 1 / sqrt(3).
    assertThat(ImageStatistics.diversity(List.of(black, plain(255, 0, 0))))
        .isCloseTo(1 / Math.sqrt(3), within(1e-12));
  }

  @Test
  void tinyPicturesAreFine() {
    assertThat(ImageStatistics.of(image(1, 2, (x, y, c) -> 9)).sharpness()).isZero();
  }
}
