package dev.meander.rewards;

import dev.meander.image.Image;
import dev.meander.toybox.Glyphs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Reads one line of dark capitals in the world's font. Stateless; any thread.
 *
 * <p>Ink is what is dark in every channel. The tallest band of rows with ink is the line; its
 * height gives the font's cell and thereby, the font being of fixed pitch, the number of letters in
 * the inked width. Each letter is brought to the font's grid and takes the name of the glyph that
 * correlates best.
 */
public final class SignReader {
  private static final int ZOOM = 4;
  private static final double SMOOTHING = 0.6;
  private static final int SHIFT_X = 2;
  private static final int SHIFT_Y = 1;
  private static final int WINDOW_WIDTH = GlyphTemplates.WIDTH + 2 * SHIFT_X;
  private static final double MIN_CORRELATION = 0.5;

  /** How dark the darkest fiftieth of an image with writing is, 0 to 255; no shape is as dark. */
  private static final int MIN_DARKNESS = 110;

  /** The least height of a line in pixels of a 64-pixel image. */
  private static final double MIN_HEIGHT = 8;

  private final TemplateBank glyphs = GlyphTemplates.bank();

  private record Span(int from, int to) {
    int length() {
      return to - from;
    }
  }

  /** A zoomed map of darkness, 0 to 255; ink is above {@code level}. */
  private record Ink(byte[] darkness, int width, int height, int level) {
    boolean at(int x, int y) {
      return (darkness[y * width + x] & 0xff) > level;
    }
  }

  /** The letters from left to right; empty when there is no writing. */
  public String read(Image image) {
    return OpenCv.scoped(() -> read(ink(image)));
  }

  private String read(Ink ink) {
    Span line = longest(rows(ink), 0);
    if (line.length() < MIN_HEIGHT * ink.height() / 64.0) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    for (double middle : middles(ink, line)) {
      text.append(recognise(ink, line, middle));
    }
    return text.toString();
  }

  private static Ink ink(Image image) {
    Mat smooth = new Mat();
    opencv_imgproc.GaussianBlur(OpenCv.rgb(image), smooth, OpenCv.square(3), SMOOTHING);
    MatVector channels = new MatVector();
    opencv_core.split(smooth, channels);
    Mat brightest = new Mat();
    opencv_core.max(channels.get(0), channels.get(1), brightest);
    opencv_core.max(brightest, channels.get(2), brightest);
    Mat dark = new Mat();
    opencv_core.bitwise_not(brightest, dark);
    Mat zoomed = new Mat();
    Size size = new Size(ZOOM * image.width(), ZOOM * image.height());
    opencv_imgproc.resize(dark, zoomed, size, 0, 0, opencv_imgproc.INTER_LINEAR);
    return new Ink(OpenCv.bytes(zoomed), zoomed.cols(), zoomed.rows(), level(OpenCv.bytes(dark)));
  }

  /**
   * Half way from the image's median to its darkest fiftieth; nothing is ink when that is light.
   */
  private static int level(byte[] darkness) {
    int[] sorted = new int[darkness.length];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = darkness[i] & 0xff;
    }
    Arrays.sort(sorted);
    int ink = sorted[sorted.length * 49 / 50];
    return ink < MIN_DARKNESS ? 255 : (sorted[sorted.length / 2] + ink) / 2;
  }

  private static boolean[] rows(Ink ink) {
    boolean[] inked = new boolean[ink.height()];
    for (int y = 0; y < inked.length; y++) {
      for (int x = 0; x < ink.width() && !inked[y]; x++) {
        inked[y] = ink.at(x, y);
      }
    }
    return inked;
  }

  /** The letters' middles along the line. */
  private static double[] middles(Ink ink, Span line) {
    boolean[] inked = new boolean[ink.width()];
    for (int x = 0; x < inked.length; x++) {
      for (int y = line.from(); y < line.to() && !inked[x]; y++) {
        inked[x] = ink.at(x, y);
      }
    }
    double cell = line.length() / (double) Glyphs.HEIGHT;
    Span word = longest(inked, 2 * cell);
    int letters = (int) Math.max(1, Math.round((word.length() / cell + 1) / Glyphs.ADVANCE));
    double pitch = (word.length() + cell) / letters;
    double[] middles = new double[letters];
    for (int i = 0; i < letters; i++) {
      middles[i] = word.from() + (i + 0.5) * pitch - cell / 2;
    }
    return middles;
  }

  /** The longest run of ink, blanks of up to {@code gap} included. */
  private static Span longest(boolean[] inked, double gap) {
    Span best = new Span(0, 0);
    int from = -1;
    int last = -1;
    for (int i = 0; i < inked.length; i++) {
      if (inked[i]) {
        from = from < 0 || i - last - 1 > gap ? i : from;
        last = i;
        best = last + 1 - from > best.length() ? new Span(from, last + 1) : best;
      }
    }
    return best;
  }

  /** The best glyph for the letter, a little way around its place; nothing when none is like it. */
  private String recognise(Ink ink, Span line, double middle) {
    float[] window = window(ink, line, middle);
    List<float[]> patches = new ArrayList<>();
    for (int dy = -SHIFT_Y; dy <= SHIFT_Y; dy++) {
      for (int dx = -SHIFT_X; dx <= SHIFT_X; dx++) {
        patches.add(GlyphTemplates.patch(window, WINDOW_WIDTH, SHIFT_X + dx, SHIFT_Y + dy));
      }
    }
    double best = MIN_CORRELATION;
    String letter = "";
    for (Map<String, Double> match : glyphs.match(patches)) {
      for (Map.Entry<String, Double> entry : match.entrySet()) {
        if (entry.getValue() > best) {
          best = entry.getValue();
          letter = entry.getKey();
        }
      }
    }
    return letter;
  }

  /** The letter on the templates' grid, with a margin to search in. */
  private static float[] window(Ink ink, Span line, double middle) {
    double scale = Glyphs.HEIGHT * GlyphTemplates.CELL / (double) line.length();
    double dx = WINDOW_WIDTH / 2.0 - scale * middle + (scale - 1) / 2;
    double dy = SHIFT_Y + GlyphTemplates.MARGIN - scale * line.from() + (scale - 1) / 2;
    Mat window = new Mat();
    opencv_imgproc.warpAffine(
        OpenCv.bytes(ink.darkness(), ink.height(), ink.width()),
        window,
        OpenCv.scaling(scale, dx, dy),
        new Size(WINDOW_WIDTH, GlyphTemplates.HEIGHT + 2 * SHIFT_Y),
        opencv_imgproc.INTER_LINEAR,
        opencv_core.BORDER_REPLICATE,
        new Scalar());
    Mat floats = new Mat();
    window.convertTo(floats, opencv_core.CV_32F);
    return OpenCv.floats(floats);
  }
}
