package dev.meander.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/** PNG files and bytes; works without a display. */
public final class Png {
  static {
    ImageIO.setUseCache(false); // no temporary files for what is in memory anyway
  }

  private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif", "bmp");

  private static final long MOST_PIXELS = 1L << 26;

  /** What no format packs more pixels into than deflate, 1,032 bytes to one, with 8 in a byte. */
  private static final long MOST_PIXELS_A_BYTE = 8 * 1032;

  /** What the JPEG reader calls a file that ends too early; it would show grey in place of it. */
  private static final Pattern CUT = Pattern.compile("(?i)truncated|premature|missing EOI");

  private Png() {}

  /** The image as Java's own encoders take it. */
  public static BufferedImage raster(Image image) {
    BufferedImage raster =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        raster.setRGB(x, y, image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2));
      }
    }
    return raster;
  }

  /** The image as the bytes of an 8-bit RGB PNG file. */
  public static byte[] encode(Image image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(raster(image), "png", bytes)) {
        throw new IllegalStateException("this Java runtime has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("PNG encoding in memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Decodes any image that the Java runtime knows (PNG, JPEG, GIF, BMP) to the numbers that
   * Pillow's {@code convert("RGB")} gives: samples as they are in the file, whatever colour space
   * it names; 16 bits are divided by 257. Transparent parts are laid on white.
   *
   * @throws IOException when the bytes are not such an image, or are only a part of one
   */
  public static Image decode(byte[] bytes) throws IOException {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new IOException(other(bytes));
      }
      ImageReader reader = readers.next();
      try {
        if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
          throw new IOException("a %s image; save it as PNG".formatted(reader.getFormatName()));
        }
        reader.setInput(in, true, false);
        return decode(reader, bytes);
      } finally {
        reader.dispose();
      }
    } catch (IIOException e) {
      throw new IOException("the image is damaged or cut off: " + e.getMessage(), e);
    } catch (RuntimeException e) { // whatever the runtime's readers stumble over
      throw new IOException("the image is damaged", e);
    }
  }

  /** What bytes are that no reader knows. */
  private static String other(byte[] bytes) {
    if (bytes.length == 0) {
      return "the file is empty";
    }
    String head = new String(bytes, 0, Math.min(bytes.length, 64), StandardCharsets.ISO_8859_1);
    if (head.startsWith("version https://git-lfs")) {
      return "a Git LFS pointer; fetch the real file with 'git lfs pull'";
    }
    if (head.startsWith("RIFF") && head.startsWith("WEBP", 8)) {
      return "a WebP image; save it as PNG";
    }
    if (head.startsWith("ftyp", 4)) {
      return "an AVIF or HEIC image, or a video; save it as PNG";
    }
    return head.strip().startsWith("<")
        ? "a text, such as SVG or HTML, and no PNG or JPEG image"
        : "not a PNG or JPEG image";
  }

  private static Image decode(ImageReader reader, byte[] bytes) throws IOException {
    boolean gif = reader.getFormatName().equalsIgnoreCase("gif");
    GifScreen screen = gif ? GifScreen.of(reader) : null;
    int width = gif ? screen.width() : reader.getWidth(0);
    int height = gif ? screen.height() : reader.getHeight(0);
    long pixels = (long) width * height;
    if (pixels > MOST_PIXELS) { // a few bytes may claim to be an image that fills all memory
      throw new IOException(
          "%d x %d pixels are more than %d".formatted(width, height, MOST_PIXELS));
    }
    if (pixels > MOST_PIXELS_A_BYTE * bytes.length) {
      throw new IOException(
          "the image is cut off: %d x %d pixels are not in %d bytes"
              .formatted(width, height, bytes.length));
    }
    List<String> faults = new ArrayList<>();
    reader.addIIOReadWarningListener(
        (from, warning) -> {
          if (CUT.matcher(warning).find()) {
            faults.add(warning);
          }
        });
    boolean jpeg = reader.getFormatName().equalsIgnoreCase("jpeg");
    Image image;
    if (jpeg && Cmyk.isFourChannel(bytes) && reader.canReadRaster()) {
      image = Cmyk.toRgb(reader.readRaster(0, null), bytes);
    } else {
      BufferedImage raster = reader.read(0);
      image = gif ? screen.with(raster.getColorModel(), rgb(raster)) : rgb(raster);
    }
    if (!faults.isEmpty()) {
      throw new IOException("the image is cut off: " + faults.get(0));
    }
    return image;
  }

  private static Image rgb(BufferedImage raster) throws IOException {
    if (!(raster.getColorModel() instanceof ComponentColorModel model)) {
      return packed(raster); // palettes and packed pixels: levels of sRGB already
    }
    int type = model.getColorSpace().getType();
    if (type != ColorSpace.TYPE_GRAY && type != ColorSpace.TYPE_RGB) {
      throw new IOException(
          "its colours have %d components that are neither grey nor RGB; save it as RGB"
              .formatted(model.getNumColorComponents()));
    }
    int bits = model.getComponentSize(0);
    if (model.getTransferType() > DataBuffer.TYPE_USHORT) {
      throw new IOException("its samples have " + bits + " bits; save it with 8 bits a sample");
    }
    WritableRaster samples = raster.getRaster();
    int colors = model.getNumColorComponents();
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width * samples.getNumBands()];
    for (int y = 0, at = 0; y < height; y++) {
      samples.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int first = x * samples.getNumBands();
        int alpha = model.hasAlpha() ? level(row[first + colors], bits) : 255;
        for (int c = 0; c < 3; c++) {
          int sample = row[first + (colors == 1 ? 0 : c)];
          rgb[at++] = (byte) onWhite(level(sample, bits), alpha);
        }
      }
    }
    return new Image(width, height, rgb);
  }

  /** A sample of any size as one of 8 bits. */
  private static int level(int sample, int bits) {
    int most = (1 << bits) - 1;
    return bits == 8 ? sample : (int) ((sample * 255L + most / 2) / most);
  }

  private static Image packed(BufferedImage raster) {
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
      throw new IOException("cannot write the image " + file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads an image file.
   *
   * @throws IOException naming the file, when it is missing or not an image
   */
  public static Image read(Path file) throws IOException {
    try {
      return decode(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IOException("no image at " + file, e);
    } catch (AccessDeniedException e) {
      throw new IOException("no permission to read the image " + file, e);
    } catch (IOException e) {
      throw new IOException("cannot read the image " + file + ": " + e.getMessage(), e);
    }
  }
}
