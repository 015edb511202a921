package dev.meander.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.imageio.ImageIO;

/** PNG files and bytes; works without a display. */
public final class Png {
  static {
    ImageIO.setUseCache(false); // no temporary files for what is in memory anyway
  }

  private Png() {}

  /** The image as the bytes of an 8-bit RGB PNG file. */
  public static byte[] encode(Image image) {
    BufferedImage raster =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        raster.setRGB(x, y, image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2));
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(raster, "png", bytes)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PNG encoding in memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes any picture that the Java runtime knows (PNG, JPEG, GIF, BMP); transparent parts are
   * laid on white.
   *
   * @throws IOException when the bytes are not such a picture
   */
  public static Image decode(byte[] bytes) throws IOException {
    BufferedImage raster;
    try {
      raster = ImageIO.read(new ByteArrayInputStream(bytes));
    } catch (RuntimeException e) {
      throw new IOException("damaged picture: " + e.getMessage(), e);
    }
    if (raster == null) {
      throw new IOException("not a PNG or JPEG picture");
    }
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0, at = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int argb = raster.getRGB(x, y);
        int alpha = argb >>> 24;
        for (int shift = 16; shift >= 0; shift -= 8) {
          rgb[at++] = (byte) onWhite(argb >> shift & 0xff, alpha);
        }
      }
    }
    return new Image(width, height, rgb);
  }

  private static int onWhite(int level, int alpha) {
    return (level * alpha + 255 * (255 - alpha) + 127) / 255;
  }

  /**
   * Writes a PNG file, with the folders it needs; a reader never sees half a file.
   *
   * @throws IOException naming the file
   */
  public static void write(Path file, Image image) throws IOException {
    Path absolute = file.toAbsolutePath();
    Path half = absolute.resolveSibling(absolute.getFileName() + ".part");
    try {
      Files.createDirectories(absolute.getParent());
      Files.write(half, encode(image));
      Files.move(
          half, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      Files.deleteIfExists(half);
      throw new IOException("cannot write the picture " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads a picture file.
   *
   * @throws IOException naming the file, when it is missing or not a picture
   */
  public static Image read(Path file) throws IOException {
    try {
      return decode(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IOException("no picture at " + file, e);
    } catch (IOException e) {
      throw new IOException("cannot read the picture " + file + ": " + e.getMessage(), e);
    }
  }
}
