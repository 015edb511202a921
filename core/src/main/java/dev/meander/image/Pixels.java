package dev.meander.image;

/** Images as the planar floats that networks read and write. */
public final class Pixels {
  private Pixels() {}

  /** Writes {@code image} as [3, H, W] in [-1, 1] into {@code out} from {@code offset}. */
  public static void toPlanar(Image image, float[] out, int offset) {
    int n = image.width() * image.height();
    byte[] rgb = image.rgb();
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < n; i++) {
        out[offset + c * n + i] = (rgb[3 * i + c] & 0xff) / 127.5f - 1;
      }
    }
  }

  /**
   * The image of [3, H, W] values from {@code offset}; what leaves [-1, 1] is clamped.
   *
   * @throws PixelsAreNotFinite when one of them is no number or infinite
   */
  public static Image fromPlanar(float[] values, int offset, int width, int height) {
    int n = width * height;
    byte[] rgb = new byte[3 * n];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < n; i++) {
        float value = values[offset + c * n + i];
        if (!Float.isFinite(value)) {
          throw new PixelsAreNotFinite();
        }
        float unit = value / 2 + 0.5f;
        rgb[3 * i + c] = (byte) Math.round(Math.min(1, Math.max(0, unit)) * 255);
      }
    }
    return new Image(width, height, rgb);
  }
}
