package dev.meander.image;

import java.awt.image.Raster;
import java.io.IOException;

/** JPEG images of four channels, read as Pillow and libjpeg read them. */
final class Cmyk {
  private static final int START_OF_SCAN = 0xda;
  private static final int APP14 = 0xee;
  private static final int ADOBE = 12; // bytes of "Adobe", version, flags, transform
  private static final int YCCK = 2;

  private Cmyk() {}

  /** Whether the frame of a JPEG file says that it has four components. */
  static boolean isFourChannel(byte[] jpeg) {
    for (int at = 2; at + 4 <= jpeg.length && (jpeg[at] & 0xff) == 0xff; ) {
      int marker = jpeg[at + 1] & 0xff;
      if (isFrame(marker)) {
        return at + 9 < jpeg.length && jpeg[at + 9] == 4;
      }
      if (marker == START_OF_SCAN) {
        return false;
      }
      at = next(jpeg, at, marker);
    }
    return false;
  }

  private static boolean isFrame(int marker) {
    boolean table = marker == 0xc4 || marker == 0xc8 || marker == 0xcc;
    return marker >= 0xc0 && marker <= 0xcf && !table;
  }

  /** After a fill byte only one byte further, else behind the segment. */
  private static int next(byte[] jpeg, int at, int marker) {
    return marker == 0xff ? at + 1 : at + 2 + Math.max(2, twoBytes(jpeg, at + 2));
  }

  private static int twoBytes(byte[] jpeg, int at) {
    return (jpeg[at] & 0xff) << 8 | jpeg[at + 1] & 0xff;
  }

  /** Adobe's word about the colours: 2 means YCCK. */
  private static int transform(byte[] jpeg) {
    for (int at = 2; at + 4 <= jpeg.length && (jpeg[at] & 0xff) == 0xff; ) {
      int marker = jpeg[at + 1] & 0xff;
      boolean whole = at + 4 + ADOBE <= jpeg.length && twoBytes(jpeg, at + 2) >= 2 + ADOBE;
      if (marker == APP14 && whole && jpeg[at + 4] == 'A' && jpeg[at + 5] == 'd') {
        return jpeg[at + 4 + ADOBE - 1];
      }
      if (marker == START_OF_SCAN) {
        return 0;
      }
      at = next(jpeg, at, marker);
    }
    return 0;
  }

  /** The inks lie inverted in the file, as Adobe writes them and Pillow takes for granted. */
  static Image toRgb(Raster raster, byte[] jpeg) throws IOException {
    if (raster.getNumBands() != 4) {
      throw new IOException("damaged image: " + raster.getNumBands() + " channels in place of 4");
    }
    boolean ycck = transform(jpeg) == YCCK;
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[4 * width];
    for (int y = 0, at = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int[] inks = new int[] {row[4 * x], row[4 * x + 1], row[4 * x + 2]};
        int light = row[4 * x + 3];
        if (ycck) {
          inks = inks(inks[0], inks[1] - 128, inks[2] - 128);
        }
        for (int stored : inks) {
          rgb[at++] = (byte) clamp(light - over255((255 - stored) * light));
        }
      }
    }
    return new Image(width, height, rgb);
  }

  /** Luma and chroma to the inverse of RGB: libjpeg's {@code ycck_cmyk_convert}. */
  private static int[] inks(int y, int cb, int cr) {
    return new int[] {
      clamp((int) (255 - (y + Math.rint(1.402 * cr)))),
      clamp((int) (255 - (y + Math.rint(-0.344136286 * cb - 0.714136286 * cr)))),
      clamp((int) (255 - (y + Math.rint(1.772 * cb))))
    };
  }

  /** A product of two levels divided by 255, rounded. */
  private static int over255(int product) {
    int sum = product + 128;
    return (sum >> 8) + sum >> 8;
  }

  private static int clamp(int level) {
    return Math.max(0, Math.min(255, level));
  }
}
