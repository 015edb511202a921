package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BicubicTest {
  private static Image image(Tensor pixels) {
    float[] values = Tensors.floats(pixels);
    byte[] rgb = new byte[values.length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) values[i];
    }
    return new Image((int) pixels.size(1), (int) pixels.size(0), rgb);
  }

  @ParameterizedTest
  @CsvSource({"16,11", "50,31", "37,9", "12,23", "1,1"})
  void bytesArePillowsAndFloatsTorchs(int width, int height) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = Fixture.of("pref-bicubic").io();
      Image image = image(io.get("image"));
      String size = width + "x" + height;

      assertThat(Bicubic.resize(image, width, height).rgb())
          .isEqualTo(image(io.get("pillow." + size)).rgb());
      float[] expected = Tensors.floats(io.get("torch." + size));
      float[] actual = Bicubic.resizeFloat(image, width, height);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isEqualTo(expected[i], offset(2e-3f)); // of 255
      }
    }
  }

  @Test
  void theSameSizeChangesNothingAndAPlainPictureStaysPlain() {
    byte[] rgb = new byte[3 * 5 * 4];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (37 * i);
    }
    assertThat(Bicubic.resize(new Image(5, 4, rgb), 5, 4).rgb()).isEqualTo(rgb);

    java.util.Arrays.fill(rgb, (byte) 201);
    assertThat(Bicubic.resize(new Image(5, 4, rgb), 9, 2).rgb()).containsOnly((byte) 201);
  }

  @Test
  void halvingARampKeepsItsMeanAndTwiceTheSizeOvershootsAnEdge() {
    byte[] ramp = new byte[3 * 24];
    for (int i = 0; i < ramp.length; i++) {
      ramp[i] = (byte) (10 * (i / 3));
    }
    float[] half = Bicubic.resizeFloat(new Image(24, 1, ramp), 12, 1);
    // Inside, the kernel reproduces a straight line: pixel i covers the old 2i and 2i + 1.
    assertThat(half[5]).isEqualTo(105, offset(1e-3f));
    assertThat(half[6]).isEqualTo(125, offset(1e-3f));

    byte[] edge = new byte[3 * 8];
    java.util.Arrays.fill(edge, 12, 24, (byte) 200);
    float[] twice = Bicubic.resizeFloat(new Image(8, 1, edge), 16, 1);
    float most = 0;
    for (float v : twice) {
      most = Math.max(most, v);
    }
    assertThat(most).isGreaterThan(201);
  }
}
