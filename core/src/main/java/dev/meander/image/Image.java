package dev.meander.image;

/**
 * A decoded image, 8 bits a channel.
 *
 * @param width the number of pixels in a row
 * @param height the number of rows
 * @param rgb the interleaved red, green and blue, row by row from the top left; {@code 3 * width *
 *     height} bytes
 */
public record Image(int width, int height, byte[] rgb) {
  public Image {
    if (width <= 0 || height <= 0 || rgb.length != 3 * width * height) {
      throw new IllegalArgumentException(
          "an image of "
              + width
              + " x "
              + height
              + " needs "
              + 3 * width * height
              + " bytes, not "
              + rgb.length);
    }
  }

  /** Channel {@code c} (0 red, 1 green, 2 blue) at column {@code x}, row {@code y}: 0 to 255. */
  public int at(int x, int y, int c) {
    return rgb[3 * (y * width + x) + c] & 0xff;
  }
}
