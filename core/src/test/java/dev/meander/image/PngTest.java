package dev.meander.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
    Path file = folder.resolve("a/b/image.png");
    Image image = noise(5, 4, 1);
    Png.write(file, image);
    Png.write(file, image);
    assertThat(Png.read(file).rgb()).isEqualTo(image.rgb());
    assertThat(Files.list(file.getParent())).containsExactly(file);
    assertThat(Files.readAllBytes(file)).startsWith(0x89, 'P', 'N', 'G');
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|the file is empty",
        "version https://git-lfs.github.com/spec/v1|a Git LFS pointer",
        "RIFFxxxxWEBPVP8 |a WebP image; save it as PNG",
        "0000ftypavif0000|an AVIF or HEIC image",
        "<svg xmlns=\"http://www.w3.org/2000/svg\"/>|a text, such as SVG or HTML",
        "<!DOCTYPE html>|a text, such as SVG or HTML",
        "a cat|not a PNG or JPEG image"
      })
  void otherKindsOfFilesAreNamed(String content, String said) throws IOException {
    Path file = Files.writeString(folder.resolve("x.png"), content);
    assertThatThrownBy(() -> Png.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot read the image " + file + ": " + said);
  }

  /** Made and read by Pillow: a screen of 4 x 3 with a frame of 2 x 1 at (1, 1). */
  @Test
  void aGifIsAsLargeAsItsScreen() throws IOException {
    byte[] gif =
        Base64.getDecoder().decode("R0lGODdhBAADAIEAAAoUHshkMgAAAAAAACwBAAEAAgABAAAIBQADAAgIADs=");
    Image image = Png.decode(gif);
    byte[] expected = new byte[36];
    for (int i = 0; i < 36; i++) {
      expected[i] = (byte) (10 + 10 * (i % 3));
    }
    System.arraycopy(new byte[] {(byte) 200, 100, 50}, 0, expected, 15, 3);
    assertThat(image.width()).isEqualTo(4);
    assertThat(image.height()).isEqualTo(3);
    assertThat(image.rgb()).isEqualTo(expected);
    byte[] vast = gif.clone();
    Arrays.fill(vast, 6, 10, (byte) 255);
    assertThatThrownBy(() -> Png.decode(vast))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("65535 x 65535 pixels are more than");
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
        .hasMessage("no image at " + missing);
    Path text = Files.writeString(folder.resolve("text.png"), "no image");
    assertThatThrownBy(() -> Png.read(text))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(text.toString())
        .hasMessageContaining("not a PNG or JPEG image");
    byte[] whole = Png.encode(noise(9, 9, 3));
    Path half = Files.write(folder.resolve("half.png"), Arrays.copyOf(whole, 40));
    assertThatThrownBy(() -> Png.read(half))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(half.toString());
  }

  /** Made by Pillow 13: {@code Image.fromarray(a, "CMYK").save("cmyk.jpg", quality=95)}. */
  private static final String CMYK =
      "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcG"
          + "BggLCAkKCgoKCgYICwwLCgwJCgoK/8AAFAgAEAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAAB"
          + "AgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNi"
          + "coIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SV"
          + "lpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4E"
          + "QwBNAFkASwAAPwD7s/aS/wCXj8a+L/8AhSX/AE6f+O19KV+pnxJ/5afjX5//ALSX/Lx+NH/Ckv8Ap0/8dor5/wDi"
          + "T/y0/Gv0A/aS/wCXj8a+wP8AhSX/AE6f+O0V9AfEn/lp+Nfn/wDtJf8ALx+NH/Ckv+nT/wAdor5/+JP/AC0/Gv/Z";

  @Test
  void greyLevelsAreCopied() throws IOException {
    for (int type : new int[] {BufferedImage.TYPE_BYTE_GRAY, BufferedImage.TYPE_USHORT_GRAY}) {
      for (String format : List.of("png", "jpg")) {
        BufferedImage raster = new BufferedImage(16, 16, type);
        int level = type == BufferedImage.TYPE_BYTE_GRAY ? 64 : 64 * 257;
        int[] row = new int[16 * 16];
        Arrays.fill(row, level);
        raster.getRaster().setPixels(0, 0, 16, 16, row);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (ImageIO.write(raster, format, bytes)) {
          assertThat(Png.decode(bytes.toByteArray()).rgb()).containsOnly(64);
        }
      }
    }
  }

  @Test
  void greyOfFewBitsIsSpreadOverTheLevels() throws IOException {
    byte[] ramp = new byte[16];
    for (int i = 0; i < 16; i++) {
      ramp[i] = (byte) (17 * i);
    }
    IndexColorModel four = new IndexColorModel(4, 16, ramp, ramp, ramp);
    BufferedImage raster = new BufferedImage(4, 1, BufferedImage.TYPE_BYTE_BINARY, four);
    raster.getRaster().setPixels(0, 0, 4, 1, new int[] {0, 8, 15, 1});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(raster, "png", bytes);
    Image image = Png.decode(bytes.toByteArray());
    assertThat(
            new int[] {image.at(0, 0, 0), image.at(1, 0, 0), image.at(2, 0, 0), image.at(3, 0, 2)})
        .containsExactly(0, 136, 255, 17);
  }

  @Test
  void cmykIsReadAsPillowReadsIt() throws IOException {
    Image image = Png.decode(Base64.getDecoder().decode(CMYK));
    assertPixel(image, 0, 0, 190, 49, 146);
    assertPixel(image, 8, 8, 114, 78, 125);
    assertPixel(image, 3, 15, 160, 121, 138);
    assertPixel(image, 12, 4, 83, 55, 115);
  }

  /** Two decoders of JPEG may differ in the last bit. */
  private static void assertPixel(Image image, int x, int y, int... rgb) {
    for (int c = 0; c < 3; c++) {
      assertThat((double) image.at(x, y, c)).isCloseTo(rgb[c], within(2.0));
    }
  }

  @Test
  void halfAPictureAndHugeOnesAreRefused() throws IOException {
    byte[] whole = Base64.getDecoder().decode(CMYK);
    assertThatThrownBy(() -> Png.decode(Arrays.copyOf(whole, whole.length - 30)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cut off");
    byte[] huge = Png.encode(noise(2, 2, 1));
    ByteBuffer.wrap(huge, 16, 8).putInt(1 << 20).putInt(1 << 20);
    CRC32 sum = new CRC32();
    sum.update(huge, 12, 17);
    ByteBuffer.wrap(huge, 29, 4).putInt((int) sum.getValue());
    assertThatThrownBy(() -> Png.decode(huge))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("1048576 x 1048576 pixels");
  }

  private static Image noise(int width, int height, long seed) {
    byte[] rgb = new byte[3 * width * height];
    new Random(seed).nextBytes(rgb);
    return new Image(width, height, rgb);
  }
}
