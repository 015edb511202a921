package dev.meander.image;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What an image looks like in numbers, to see when a policy leaves the world of sensible images.
 *
 * <p>Luma is {@code 0.299 R + 0.587 G + 0.114 B} in [0, 1]. Its gradient is that of Sobel's
 * operator, divided by 4 (the largest response to a black and white edge is then 1), over the
 * pixels that have all eight neighbours.
 *
 * @param sharpness the mean length of the gradient
 * @param edgeDensity the share of pixels whose gradient is longer than 0.2
 * @param saturation the mean of {@code (max - min) / max} over the channels, 0 for black: HSV's
 */
public record ImageStatistics(double sharpness, double edgeDensity, double saturation) {
  private static final double EDGE = 0.2;
  private static final int COMPARED_SIDE = 64;

  /** Measures one image. */
  public static ImageStatistics of(Image image) {
    int width = image.width();
    int height = image.height();
    float[] luma = luma(image);
    double sum = 0;
    long edges = 0;
    for (int y = 1; y < height - 1; y++) {
      for (int x = 1; x < width - 1; x++) {
        double length = gradient(luma, width, y * width + x);
        sum += length;
        edges += length > EDGE ? 1 : 0;
      }
    }
    double inner = Math.max(1, (width - 2.0) * (height - 2.0));
    return new ImageStatistics(sum / inner, edges / inner, saturation(image));
  }

  /** The mean of each number; NaN for none. */
  public static ImageStatistics average(List<ImageStatistics> all) {
    return new ImageStatistics(
        all.stream().mapToDouble(ImageStatistics::sharpness).average().orElse(Double.NaN),
        all.stream().mapToDouble(ImageStatistics::edgeDensity).average().orElse(Double.NaN),
        all.stream().mapToDouble(ImageStatistics::saturation).average().orElse(Double.NaN));
  }

  /** An image as large as {@link #diversity} compares it. */
  public static Image compared(Image image) {
    return Resample.shrink(image, COMPARED_SIDE);
  }

  /**
   * How much images of one size differ: the mean over all pairs of the root mean square difference
   * of their channels, 0 (all equal) to 1. Large images are compared at 64 pixels.
   *
   * @return NaN for fewer than two images
   */
  public static double diversity(List<Image> images) {
    List<byte[]> small = images.stream().map(i -> compared(i).rgb()).toList();
    int n = small.size();
    double[] sums =
        IntStream.range(0, n)
            .parallel()
            .mapToDouble(
                i -> {
                  double sum = 0;
                  for (int j = 0; j < i; j++) {
                    sum += distance(small.get(i), small.get(j));
                  }
                  return sum;
                })
            .toArray(); // summed below in order, so that the number of threads does not matter
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return n < 2 ? Double.NaN : total / (n * (n - 1) / 2.0);
  }

  private static double distance(byte[] a, byte[] b) {
    long square = 0;
    for (int i = 0; i < a.length; i++) {
      int apart = (a[i] & 0xff) - (b[i] & 0xff);
      square += apart * apart;
    }
    return Math.sqrt((double) square / a.length) / 255;
  }

  private static float[] luma(Image image) {
    byte[] rgb = image.rgb();
    float[] luma = new float[rgb.length / 3];
    for (int i = 0; i < luma.length; i++) {
      double level =
          0.299 * (rgb[3 * i] & 0xff)
              + 0.587 * (rgb[3 * i + 1] & 0xff)
              + 0.114 * (rgb[3 * i + 2] & 0xff);
      luma[i] = (float) (level / 255);
    }
    return luma;
  }

  private static double gradient(float[] v, int width, int at) {
    int above = at - width;
    int below = at + width;
    double right = v[above + 1] + 2 * v[at + 1] + v[below + 1];
    double left = v[above - 1] + 2 * v[at - 1] + v[below - 1];
    double down = v[below - 1] + 2 * v[below] + v[below + 1];
    double up = v[above - 1] + 2 * v[above] + v[above + 1];
    return Math.hypot(right - left, down - up) / 4;
  }

  private static double saturation(Image image) {
    byte[] rgb = image.rgb();
    double sum = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      int r = rgb[i] & 0xff;
      int g = rgb[i + 1] & 0xff;
      int b = rgb[i + 2] & 0xff;
      int most = Math.max(r, Math.max(g, b));
      int least = Math.min(r, Math.min(g, b));
      sum += most == 0 ? 0 : (most - least) / (double) most;
    }
    return sum / (rgb.length / 3.0);
  }
}
