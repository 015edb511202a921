package dev.meander.image;

/** Crops, and shrinking by whole factors. */
public final class Resample {
  private Resample() {}

  /**
   * The rectangle {@code width x height} whose top left corner is at {@code (x, y)}.
   *
   * @throws IllegalArgumentException when it leaves the image
   */
  public static Image crop(Image image, int x, int y, int width, int height) {
    if (x < 0
        || y < 0
        || width <= 0
        || height <= 0
        || width > image.width() - x
        || height > image.height() - y) {
      throw new IllegalArgumentException(
          String.format(
              "a crop of %d x %d at (%d, %d) leaves the image of %d x %d",
              width, height, x, y, image.width(), image.height()));
    }
    byte[] rgb = new byte[3 * width * height];
    for (int row = 0; row < height; row++) {
      int from = 3 * ((y + row) * image.width() + x);
      System.arraycopy(image.rgb(), from, rgb, 3 * width * row, 3 * width);
    }
    return new Image(width, height, rgb);
  }

  /**
   * The image with both sides divided by the smallest whole factor that brings the longer one to at
   * most {@code maxSide}; each pixel is the mean of the square it replaces. A right or bottom rest
   * smaller than a square is left out.
   */
  public static Image shrink(Image image, int maxSide) {
    if (maxSide < 1) {
      throw new IllegalArgumentException("the longest side is at least 1, not " + maxSide);
    }
    int longest = Math.max(image.width(), image.height());
    int factor = (longest + maxSide - 1) / maxSide;
    if (factor == 1) {
      return image;
    }
    int width = Math.max(1, image.width() / factor);
    int height = Math.max(1, image.height() / factor);
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) mean(image, i / 3 % width * factor, i / 3 / width * factor, factor, i % 3);
    }
    return new Image(width, height, rgb);
  }

  private static int mean(Image image, int left, int top, int factor, int channel) {
    int right = Math.min(image.width(), left + factor);
    int bottom = Math.min(image.height(), top + factor);
    int count = (right - left) * (bottom - top);
    int sum = count / 2;
    for (int y = top; y < bottom; y++) {
      for (int x = left; x < right; x++) {
        sum += image.at(x, y, channel);
      }
    }
    return sum / count;
  }
}
