package dev.meander.toybox;

import dev.meander.image.Image;
import dev.meander.random.RandomStream;

/** Corruptions of finished images: pure functions of the image, the amount and the stream. */
final class Corruptions {
  private Corruptions() {}

  /** Gaussian blur; the edge pixels go on outside. */
  static Image blur(Image image, double sigma) {
    int radius = (int) Math.ceil(3 * sigma);
    if (radius == 0) {
      return image;
    }
    float[] kernel = new float[2 * radius + 1];
    float sum = 0;
    for (int i = 0; i < kernel.length; i++) {
      double at = (i - radius) / sigma;
      kernel[i] = (float) StrictMath.exp(-at * at / 2);
      sum += kernel[i];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    int width = image.width();
    int height = image.height();
    float[] across = new float[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          float v = 0;
          for (int k = -radius; k <= radius; k++) {
            v += kernel[k + radius] * image.at(Math.max(0, Math.min(width - 1, x + k)), y, c);
          }
          across[3 * (y * width + x) + c] = v;
        }
      }
    }
    byte[] out = new byte[across.length];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < 3 * width; i++) {
        float v = 0;
        for (int k = -radius; k <= radius; k++) {
          v +=
              kernel[k + radius] * across[Math.max(0, Math.min(height - 1, y + k)) * 3 * width + i];
        }
        out[y * 3 * width + i] = clip(v);
      }
    }
    return new Image(width, height, out);
  }

  /**
   * Noise on each channel of each pixel, a sum of four uniform numbers, which is near enough to
   * normal.
   *
   * @param std the standard deviation in units of bytes
   */
  static Image noise(Image image, double std, RandomStream random) {
    double unit = std / (65536 * Math.sqrt(4 / 12.0));
    byte[] out = new byte[image.rgb().length];
    for (int i = 0; i < out.length; i++) {
      long bits = random.nextLong();
      long sum =
          (bits & 0xffff)
              + (bits >>> 16 & 0xffff)
              + (bits >>> 32 & 0xffff)
              + (bits >>> 48)
              - 131070;
      out[i] = clip((float) ((image.rgb()[i] & 0xff) + unit * sum));
    }
    return new Image(image.width(), image.height(), out);
  }

  /**
   * Rows and columns shifted along two waves.
   *
   * @param amplitude the amplitude of the waves in pixels
   * @param length the length of the waves in pixels
   */
  static Image warp(Image image, double amplitude, double length, RandomStream random) {
    int width = image.width();
    int height = image.height();
    double[] right = wave(height, amplitude, length, random);
    double[] down = wave(width, amplitude, length, random);
    byte[] out = new byte[image.rgb().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          out[3 * (y * width + x) + c] = clip(between(image, x + right[y], y + down[x], c));
        }
      }
    }
    return new Image(width, height, out);
  }

  private static double[] wave(int n, double amplitude, double length, RandomStream random) {
    double phase = random.between(0, 2 * Math.PI);
    double[] wave = new double[n];
    for (int i = 0; i < n; i++) {
      wave[i] = amplitude * StrictMath.sin(2 * Math.PI * i / length + phase);
    }
    return wave;
  }

  /** The value between four pixels. */
  private static float between(Image image, double x, double y, int c) {
    double px = Math.max(0, Math.min(image.width() - 1.001, x));
    double py = Math.max(0, Math.min(image.height() - 1.001, y));
    int left = (int) px;
    int top = (int) py;
    double u = px - left;
    double v = py - top;
    double upper = (1 - u) * image.at(left, top, c) + u * image.at(left + 1, top, c);
    double lower = (1 - u) * image.at(left, top + 1, c) + u * image.at(left + 1, top + 1, c);
    return (float) ((1 - v) * upper + v * lower);
  }

  private static byte clip(float value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }
}
