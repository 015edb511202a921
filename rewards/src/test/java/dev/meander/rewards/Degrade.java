package dev.meander.rewards;

import dev.meander.image.Image;
import java.util.Random;

/** What generators do to pictures, done to clean ones. */
final class Degrade {
  private Degrade() {}

  /**
   * Normal noise on every channel of every pixel; {@code sigma} 1 is the whole range of a channel.
   */
  static Image noise(Image image, double sigma, long seed) {
    Random random = new Random(seed);
    byte[] rgb = new byte[image.rgb().length];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = level((image.rgb()[i] & 0xff) + 255 * sigma * random.nextGaussian());
    }
    return new Image(image.width(), image.height(), rgb);
  }

  /** A Gaussian blur of all channels, {@code sigma} in pixels; edges repeat. */
  static Image blur(Image image, double sigma) {
    return sigma == 0 ? image : rows(transpose(rows(transpose(image), sigma)), sigma);
  }

  /**
   * Blurs colour but not brightness, as a coarse latent does: each pixel keeps its mean over the
   * channels and takes the differences from it out of a blurred copy.
   */
  static Image bleed(Image image, double sigma) {
    Image blurred = blur(image, sigma);
    byte[] rgb = new byte[image.rgb().length];
    for (int i = 0; i < rgb.length; i += 3) {
      double sharp = mean(image, i);
      double soft = mean(blurred, i);
      for (int c = 0; c < 3; c++) {
        rgb[i + c] = level(sharp + (blurred.rgb()[i + c] & 0xff) - soft);
      }
    }
    return new Image(image.width(), image.height(), rgb);
  }

  private static double mean(Image image, int at) {
    byte[] rgb = image.rgb();
    return ((rgb[at] & 0xff) + (rgb[at + 1] & 0xff) + (rgb[at + 2] & 0xff)) / 3.0;
  }

  private static Image transpose(Image image) {
    byte[] rgb = new byte[image.rgb().length];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        for (int c = 0; c < 3; c++) {
          rgb[3 * (x * image.height() + y) + c] = (byte) image.at(x, y, c);
        }
      }
    }
    return new Image(image.height(), image.width(), rgb);
  }

  private static Image rows(Image image, double sigma) {
    double[] kernel = kernel(sigma);
    int reach = kernel.length / 2;
    byte[] rgb = new byte[image.rgb().length];
    for (int i = 0; i < rgb.length; i++) {
      int row = i / (3 * image.width());
      int column = i / 3 % image.width();
      double sum = 0;
      for (int d = -reach; d <= reach; d++) {
        int x = Math.max(0, Math.min(image.width() - 1, column + d));
        sum += kernel[reach + d] * image.at(x, row, i % 3);
      }
      rgb[i] = level(sum);
    }
    return new Image(image.width(), image.height(), rgb);
  }

  private static double[] kernel(double sigma) {
    int reach = (int) Math.ceil(3 * sigma);
    double[] kernel = new double[2 * reach + 1];
    double total = 0;
    for (int d = -reach; d <= reach; d++) {
      kernel[reach + d] = Math.exp(-d * d / (2 * sigma * sigma));
      total += kernel[reach + d];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= total;
    }
    return kernel;
  }

  private static byte level(double value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }
}
