package dev.meander.image;

/** An image in the making: rectangles, images and text on a ground; colours are 0xRRGGBB. */
public final class Canvas {
  private final int width;
  private final int height;
  private final byte[] rgb;

  /** A canvas of one colour. */
  public Canvas(int width, int height, int colour) {
    this.width = width;
    this.height = height;
    this.rgb = new byte[3 * width * height];
    fill(0, 0, width, height, colour);
  }

  /** Fills a rectangle; what lies outside of the canvas is left out. */
  public Canvas fill(int left, int top, int width, int height, int colour) {
    int right = Math.min(this.width, left + width);
    int bottom = Math.min(this.height, top + height);
    for (int y = Math.max(0, top); y < bottom; y++) {
      for (int x = Math.max(0, left); x < right; x++) {
        int at = 3 * (y * this.width + x);
        rgb[at] = (byte) (colour >> 16);
        rgb[at + 1] = (byte) (colour >> 8);
        rgb[at + 2] = (byte) colour;
      }
    }
    return this;
  }

  /** Draws an image, each of its pixels as a square of {@code scale x scale}. */
  public Canvas draw(Image image, int left, int top, int scale) {
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int colour = image.at(x, y, 0) << 16 | image.at(x, y, 1) << 8 | image.at(x, y, 2);
        fill(left + x * scale, top + y * scale, scale, scale, colour);
      }
    }
    return this;
  }

  /** Writes one line of text; {@code (left, top)} is the top left corner of its first capital. */
  public Canvas text(String text, int left, int top, int scale, int colour) {
    for (int i = 0; i < text.length(); i++) {
      glyph(text.charAt(i), left + i * PixelFont.ADVANCE * scale, top, scale, colour);
    }
    return this;
  }

  private void glyph(char c, int left, int top, int scale, int colour) {
    for (int y = 0; y < PixelFont.HEIGHT; y++) {
      for (int x = 0; x < PixelFont.ADVANCE - 1; x++) {
        if (PixelFont.ink(c, x, y)) {
          fill(left + x * scale, top + y * scale, scale, scale, colour);
        }
      }
    }
  }

  /** What has been drawn so far. */
  public Image toImage() {
    return new Image(width, height, rgb.clone());
  }
}
