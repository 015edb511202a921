package dev.meander.reward.simple;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.image.Image;
import dev.meander.image.Png;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward.Sample;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** How many bytes an image takes as a JPEG file (DDPO, arXiv 2305.13301, section 5.1). */
final class Jpeg {
  private static final double KILOBYTE = 1000;

  private Jpeg() {}

  /** Settings of both JPEG rewards. */
  record Config(
      @Doc("JPEG quality, 0 to 1; DDPO uses 0.95.") @Default("0.95") @Range(min = 0, max = 1)
          double quality) {}

  /** {@code sign} times the size of each image in kilobytes (1,000 bytes). */
  static float[] score(List<Sample> samples, double quality, int sign) {
    double[] sizes =
        samples.parallelStream().mapToDouble(s -> bytes(s.image(), quality) / KILOBYTE).toArray();
    float[] scores = new float[sizes.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = (float) (sign * sizes[i]);
    }
    return scores;
  }

  /** A plain picture: little more than what every JPEG file begins with, some 600 bytes. */
  static KnownPicture plain(int sign) {
    double least = Math.min(sign * 0.3, sign * 1.5);
    return new KnownPicture(
        "a grey picture of 64 x 64", Plain.sample(0x808080), least, least + 1.2);
  }

  /** The length of the file. */
  static int bytes(Image image, double quality) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(file)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality((float) quality);
      writer.setOutput(out);
      writer.write(null, new IIOImage(Png.raster(image), null, null), settings);
    } catch (IOException e) {
      throw new UncheckedIOException("JPEG encoding in memory failed", e);
    } finally {
      writer.dispose();
    }
    return file.size();
  }
}
