package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PngTest {
  @TempDir Path folder;

  @Property(tries = 30)
  void everyPictureSurvivesEncodingAndDecoding(
      @ForAll @IntRange(min = 1, max = 20) int width,
      @ForAll @IntRange(min = 1, max = 20) int height,
      @ForAll long seed)
      throws IOException {
    Image image = noise(width, height, seed);
    Image back = Png.decode(Png.encode(image));
    assertThat(back.width()).isEqualTo(width);
    assertThat(back.height()).isEqualTo(height);
    assertThat(back.rgb()).isEqualTo(image.rgb());
  }

  @Test
  void writesAFileWithTheFoldersItNeedsAndNothingElse() throws IOException {
    Path file = folder.resolve("a/b/picture.png");
    Image image = noise(5, 4, 1);
    Png.write(file, image);
    Png.write(file, image);
    assertThat(Png.read(file).rgb()).isEqualTo(image.rgb());
    assertThat(Files.list(file.getParent())).containsExactly(file);
    assertThat(Files.readAllBytes(file)).startsWith(0x89, 'P', 'N', 'G');
  }

  @Test
  void laysTransparentPartsOnWhite() throws IOException {
    BufferedImage raster = new BufferedImage(3, 1, BufferedImage.TYPE_INT_ARGB);
    raster.setRGB(0, 0, 0x00ff0000);
    raster.setRGB(1, 0, 0x80000000);
    raster.setRGB(2, 0, 0xff0000ff);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(raster, "png", bytes);
    Image image = Png.decode(bytes.toByteArray());
    assertThat(image.rgb())
        .containsExactly(255, 255, 255, 255 - 128, 255 - 128, 255 - 128, 0, 0, 255);
  }

  @Test
  void namesTheFileThatCannotBeRead() throws IOException {
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> Png.read(missing))
        .isInstanceOf(IOException.class)
        .hasMessage("no picture at " + missing);
    Path text = Files.writeString(folder.resolve("text.png"), "no picture");
    assertThatThrownBy(() -> Png.read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(text.toString())
        .hasMessageContaining("not a PNG or JPEG picture");
    byte[] whole = Png.encode(noise(9, 9, 3));
    Path half = Files.write(folder.resolve("half.png"), java.util.Arrays.copyOf(whole, 40));
    assertThatThrownBy(() -> Png.read(half))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(half.toString());
  }

  private static Image noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return new Image(width, height, rgb);
  }
}
