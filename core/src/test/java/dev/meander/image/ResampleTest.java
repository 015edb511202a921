package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ResampleTest {
  private static final Image RAMP = ramp(4, 3);

  @Test
  void cropTakesTheRectangle() {
    Image cut = Resample.crop(RAMP, 1, 2, 3, 1);
    assertThat(cut.width()).isEqualTo(3);
    assertThat(cut.height()).isEqualTo(1);
    for (int x = 0; x < 3; x++) {
      for (int c = 0; c < 3; c++) {
        assertThat(cut.at(x, 0, c)).isEqualTo(RAMP.at(x + 1, 2, c));
      }
    }
  }

  @Test
  void cropRefusesToLeaveTheImage() {
    assertThatThrownBy(() -> Resample.crop(RAMP, 2, 0, 3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a crop of 3 x 1 at (2, 0) leaves the image of 4 x 3");
    assertThatThrownBy(() -> Resample.crop(RAMP, 0, 0, 1, Integer.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shrinkIsTheMeanOfSquares() {
    Image small = Resample.shrink(new Image(2, 2, grey(10, 20, 30, 41)), 1);
    assertThat(small.at(0, 0, 0)).isEqualTo(25);
    assertThat(Resample.shrink(enlarged(RAMP, 5), 4).rgb()).isEqualTo(RAMP.rgb());
    assertThat(Resample.shrink(RAMP, 4)).isSameAs(RAMP);
  }

  @Test
  void shrinkBringsTheLongerSideDown() {
    Image small = Resample.shrink(ramp(10, 3), 4);
    assertThat(small.width()).isEqualTo(3);
    assertThat(small.height()).isEqualTo(1);
  }

  private static Image enlarged(Image image, int factor) {
    return new Canvas(image.width() * factor, image.height() * factor, 0)
        .draw(image, 0, 0, factor)
        .toImage();
  }

  private static byte[] grey(int... levels) {
    byte[] rgb = new byte[3 * levels.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) levels[i / 3];
    }
    return rgb;
  }

  private static Image ramp(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7);
    }
    return new Image(width, height, rgb);
  }
}
