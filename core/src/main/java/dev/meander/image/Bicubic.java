package dev.meander.image;

import java.util.stream.IntStream;

/**
 * Bicubic scaling with antialiasing: each new pixel is a weighted mean of the old ones that it
 * covers, by Keys' kernel with a = -1/2 stretched to the scale (Keys 1981), rows and columns one
 * after the other.
 *
 * <p>{@link #resize} gives the bytes of Pillow's {@code Image.resize} with {@code BICUBIC}, which
 * image processors of Python models use: weights in 22-bit fixed point, and a rounding to bytes
 * after each direction. {@link #resizeFloat} gives the numbers of torch's antialiased bicubic
 * interpolation of floats.
 */
public final class Bicubic {
  private static final double A = -0.5;
  private static final double SUPPORT = 2;
  private static final int BITS = 22; // of a weight's fraction

  private Bicubic() {}

  /** {@code image} scaled to {@code width x height}, byte for byte as Pillow does it. */
  public static Image resize(Image image, int width, int height) {
    int rows = image.height();
    byte[] wide = image.rgb();
    if (width != image.width()) {
      wide = across(wide, image.width(), rows, Weights.of(image.width(), width));
    }
    if (height != rows) {
      wide = down(wide, width, Weights.of(rows, height));
    }
    return new Image(width, height, wide);
  }

  /**
   * {@code image} scaled without rounding; overshoots beyond the range of bytes stay.
   *
   * @return [3, height, width] in units of bytes
   */
  public static float[] resizeFloat(Image image, int width, int height) {
    Weights x = Weights.of(image.width(), width);
    Weights y = Weights.of(image.height(), height);
    float[] out = new float[3 * width * height];
    for (int c = 0; c < 3; c++) {
      double[] wide = new double[width * image.height()];
      for (int row = 0; row < image.height(); row++) {
        for (int i = 0; i < width; i++) {
          double sum = 0;
          for (int k = 0; k < x.count[i]; k++) {
            sum += x.weight(i, k) * image.at(x.first[i] + k, row, c);
          }
          wide[row * width + i] = sum;
        }
      }
      for (int j = 0; j < height; j++) {
        for (int i = 0; i < width; i++) {
          double sum = 0;
          for (int k = 0; k < y.count[j]; k++) {
            sum += y.weight(j, k) * wide[(y.first[j] + k) * width + i];
          }
          out[(c * height + j) * width + i] = (float) sum;
        }
      }
    }
    return out;
  }

  private static byte[] across(byte[] rgb, int from, int rows, Weights weights) {
    int[] fixed = weights.fixed();
    int width = weights.count.length;
    byte[] out = new byte[3 * width * rows];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < width; i++) {
        for (int c = 0; c < 3; c++) {
          int sum = 1 << (BITS - 1);
          int at = 3 * (row * from + weights.first[i]) + c;
          for (int k = 0; k < weights.count[i]; k++) {
            sum += fixed[i * weights.most + k] * (rgb[at + 3 * k] & 0xff);
          }
          out[3 * (row * width + i) + c] = clip(sum);
        }
      }
    }
    return out;
  }

  private static byte[] down(byte[] rgb, int width, Weights weights) {
    int[] fixed = weights.fixed();
    int height = weights.count.length;
    int stride = 3 * width;
    byte[] out = new byte[stride * height];
    for (int j = 0; j < height; j++) {
      for (int i = 0; i < stride; i++) {
        int sum = 1 << (BITS - 1);
        int at = weights.first[j] * stride + i;
        for (int k = 0; k < weights.count[j]; k++) {
          sum += fixed[j * weights.most + k] * (rgb[at + k * stride] & 0xff);
        }
        out[j * stride + i] = clip(sum);
      }
    }
    return out;
  }

  private static byte clip(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> BITS));
  }

  /**
   * What each of the new pixels of a line takes from the old ones.
   *
   * @param most the most old pixels that one takes from
   * @param first the first old pixel of each
   * @param count the count of old pixels
   * @param values the weights, {@code most} for each, summing to 1
   */
  private record Weights(int most, int[] first, int[] count, double[] values) {
    static Weights of(int from, int to) {
      double scale = (double) from / to;
      double stretch = Math.max(1, scale);
      double squeeze = 1 / stretch;
      double support = SUPPORT * stretch;
      int most = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[to];
      int[] count = new int[to];
      double[] values = new double[to * most];
      for (int i = 0; i < to; i++) {
        double center = (i + 0.5) * scale;
        first[i] = Math.max(0, (int) (center - support + 0.5));
        count[i] = Math.min(from, (int) (center + support + 0.5)) - first[i];
        double sum = 0;
        for (int k = 0; k < count[i]; k++) {
          double w = kernel((k + first[i] - center + 0.5) * squeeze);
          values[i * most + k] = w;
          sum += w;
        }
        for (int k = 0; k < count[i]; k++) {
          values[i * most + k] /= sum;
        }
      }
      return new Weights(most, first, count, values);
    }

    double weight(int i, int k) {
      return values[i * most + k];
    }

    /** The weights in fixed point, rounded half away from zero. */
    int[] fixed() {
      return IntStream.range(0, values.length)
          .map(i -> (int) (values[i] * (1 << BITS) + (values[i] < 0 ? -0.5 : 0.5)))
          .toArray();
    }
  }

  private static double kernel(double at) {
    double x = Math.abs(at);
    if (x < 1) {
      return ((A + 2) * x - (A + 3)) * x * x + 1;
    }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
  }
}
