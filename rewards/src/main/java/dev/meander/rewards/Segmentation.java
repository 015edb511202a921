package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.reward.Box;
import dev.meander.toybox.Color;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * Splits an image into coloured blobs on a grey ground.
 *
 * <p>A smoothed pixel is foreground when its chroma passes a threshold. A connected region of one
 * hue is a blob; a region of several hues is split by hue first, so that objects that touch are
 * told apart by colour. Small regions are noise.
 */
final class Segmentation {
  private static final double SMOOTHING = 0.8;
  private static final double MIN_CHROMA = 55;
  private static final double MIN_AREA = 48 / 4096.0;
  private static final double ONE_HUE = 0.8;
  private static final int REACH = 2;

  private final int width;
  private final int height;
  private final byte[] rgb;
  private final byte[] hues;
  private final double[] ground = new double[3];

  private Segmentation(Image image) {
    width = image.width();
    height = image.height();
    rgb = smooth(image);
    hues = new byte[width * height];
    int greys = 0;
    for (int i = 0; i < hues.length; i++) {
      boolean grey = Hues.chroma(at(i, 0), at(i, 1), at(i, 2)) < MIN_CHROMA;
      hues[i] = (byte) (grey ? 0 : 1 + Hues.nearest(at(i, 0), at(i, 1), at(i, 2)));
      greys += grey ? 1 : 0;
      for (int c = 0; c < 3 && grey; c++) {
        ground[c] += at(i, c);
      }
    }
    for (int c = 0; c < 3; c++) {
      ground[c] /= Math.max(1, greys);
    }
  }

  /** The blobs of the image, top to bottom. */
  static List<Blob> blobs(Image image) {
    return new Segmentation(image).blobs();
  }

  private static byte[] smooth(Image image) {
    return OpenCv.scoped(
        () -> {
          Mat smooth = new Mat();
          opencv_imgproc.GaussianBlur(OpenCv.rgb(image), smooth, OpenCv.square(5), SMOOTHING);
          return OpenCv.bytes(smooth);
        });
  }

  private int at(int pixel, int channel) {
    return rgb[3 * pixel + channel] & 0xff;
  }

  private List<Blob> blobs() {
    boolean[] foreground = new boolean[hues.length];
    for (int i = 0; i < hues.length; i++) {
      foreground[i] = hues[i] != 0;
    }
    List<Blob> blobs = new ArrayList<>();
    for (boolean[] region : regions(foreground)) {
      int[] counts = new int[Color.values().length];
      for (int i = 0; i < region.length; i++) {
        if (region[i]) {
          counts[hues[i] - 1]++;
        }
      }
      int main = argmax(counts);
      int all = 0;
      for (int count : counts) {
        all += count;
      }
      if (counts[main] >= ONE_HUE * all) {
        blobs.add(blob(region, foreground));
      } else {
        split(region, foreground, blobs);
      }
    }
    return blobs;
  }

  private void split(boolean[] region, boolean[] foreground, List<Blob> blobs) {
    for (int color = 0; color < Color.values().length; color++) {
      boolean[] part = new boolean[region.length];
      for (int i = 0; i < region.length; i++) {
        part[i] = region[i] && hues[i] == color + 1;
      }
      for (boolean[] piece : regions(part)) {
        blobs.add(blob(piece, foreground));
      }
    }
  }

  /** The 4-connected regions that are large enough. */
  private List<boolean[]> regions(boolean[] mask) {
    byte[] bytes = new byte[mask.length];
    for (int i = 0; i < mask.length; i++) {
      bytes[i] = (byte) (mask[i] ? 1 : 0);
    }
    Labels labels = OpenCv.scoped(() -> label(bytes));
    List<boolean[]> regions = new ArrayList<>();
    for (int label = 1; label < labels.areas().length; label++) {
      if (labels.areas()[label] >= MIN_AREA * mask.length) {
        boolean[] region = new boolean[mask.length];
        for (int i = 0; i < mask.length; i++) {
          region[i] = labels.of()[i] == label;
        }
        regions.add(region);
      }
    }
    return regions;
  }

  /** The component of each pixel (0: none) and the components' areas. */
  private record Labels(int[] of, int[] areas) {}

  private Labels label(byte[] mask) {
    Mat out = new Mat();
    Mat stats = new Mat();
    int count =
        opencv_imgproc.connectedComponentsWithStats(
            OpenCv.bytes(mask, height, width), out, stats, new Mat(), 4, opencv_core.CV_32S);
    int[] labels = OpenCv.ints(out);
    int[] table = OpenCv.ints(stats);
    int[] areas = new int[count];
    for (int i = 0; i < count; i++) {
      areas[i] = table[i * stats.cols() + opencv_imgproc.CC_STAT_AREA];
    }
    return new Labels(labels, areas);
  }

  private Blob blob(boolean[] region, boolean[] foreground) {
    int left = width;
    int right = 0;
    int top = height;
    int bottom = 0;
    double most = 0;
    for (int i = 0; i < region.length; i++) {
      if (region[i]) {
        left = Math.min(left, i % width);
        right = Math.max(right, i % width + 1);
        top = Math.min(top, i / width);
        bottom = Math.max(bottom, i / width + 1);
        most = Math.max(most, Hues.chroma(at(i, 0), at(i, 1), at(i, 2)));
      }
    }
    double[] mean = core(region, 0.7 * most);
    Box box = new Box(left, top, right, bottom);
    int color = Hues.nearest(mean[0], mean[1], mean[2]);
    return new Blob(color, box, coverage(region, foreground, box, mean));
  }

  /** The mean colour of the region's saturated pixels: its inside, away from blended edges. */
  private double[] core(boolean[] region, double least) {
    double[] mean = new double[3];
    int count = 0;
    for (int i = 0; i < region.length; i++) {
      if (region[i] && Hues.chroma(at(i, 0), at(i, 1), at(i, 2)) >= least) {
        for (int c = 0; c < 3; c++) {
          mean[c] += at(i, c);
        }
        count++;
      }
    }
    for (int c = 0; c < 3; c++) {
      mean[c] /= count;
    }
    return mean;
  }

  /** Where each pixel near the region lies between the ground's colour (0) and the region's (1). */
  private float[] coverage(boolean[] region, boolean[] foreground, Box box, double[] color) {
    float[] coverage = new float[region.length];
    double length = 0;
    for (int c = 0; c < 3; c++) {
      length += (color[c] - ground[c]) * (color[c] - ground[c]);
    }
    int bottom = Math.min(height, (int) box.bottom() + REACH);
    int right = Math.min(width, (int) box.right() + REACH);
    for (int y = Math.max(0, (int) box.top() - REACH); y < bottom; y++) {
      for (int x = Math.max(0, (int) box.left() - REACH); x < right; x++) {
        int i = y * width + x;
        if (region[i] || !foreground[i]) {
          double along = 0;
          for (int c = 0; c < 3; c++) {
            along += (at(i, c) - ground[c]) * (color[c] - ground[c]);
          }
          coverage[i] = (float) Math.max(0, Math.min(1, along / length));
        }
      }
    }
    return coverage;
  }

  private static int argmax(int[] counts) {
    int best = 0;
    for (int i = 1; i < counts.length; i++) {
      if (counts[i] > counts[best]) {
        best = i;
      }
    }
    return best;
  }
}
