package dev.meander.rewards;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * What stands in a box, by PP-OCR's recogniser: probabilities of characters for each column,
 * decoded greedily (connectionist temporal classification).
 */
final class TextRecogniser implements AutoCloseable {
  private static final int HEIGHT = 48;
  private static final int LEAST_WIDTH = 320;
  private static final int BATCH = 6; // the widest decides how far the others are padded
  private static final double UPRIGHT = 1.5; // boxes of more height to width are turned
  private static final float[] LEVELS = new float[256]; // -1 to 1

  static {
    for (int i = 0; i < LEVELS.length; i++) {
      LEVELS[i] = (i / 255f - 0.5f) / 0.5f;
    }
  }

  private final OnnxModel model;
  private final List<String> characters;

  /**
   * A text that was read.
   *
   * @param confidence the mean probability of its characters; 0 when there are none
   */
  record Reading(String text, double confidence) {}

  /**
   * Loads the network.
   *
   * @param dictionary the characters that it tells apart
   * @throws UserError when it is not a recogniser's, or the characters are not its own
   */
  TextRecogniser(OnnxModel.Content content, List<String> dictionary) {
    model = new OnnxModel("ocr", content);
    characters = new ArrayList<>(List.of("")); // the blank, which parts equal characters
    characters.addAll(dictionary);
    characters.add(" ");
    try {
      long[] shape = model.outputShape();
      if (shape.length != 3) {
        throw new UserError(
            "reward ocr: %s is no recogniser of text: its output has %d axes, not the three of characters by column"
                .formatted(model, shape.length));
      }
      if (shape[2] > 0) {
        requireClasses(shape[2]);
      }
    } catch (UserError e) {
      model.close();
      throw e;
    }
  }

  private void requireClasses(long classes) {
    if (classes != characters.size()) {
      throw new UserError(
          "reward ocr: %s tells %d characters apart, but its dictionary has %d: it is another recogniser's"
              .formatted(model, classes - 2, characters.size() - 2));
    }
  }

  /**
   * Reads boxes of one image.
   *
   * @param image {@code [height, width]}, blue, green and red
   */
  List<Reading> read(Mat image, List<Quad> boxes) {
    List<Mat> lines = boxes.stream().map(box -> cut(image, box)).toList();
    List<Integer> byShape = new ArrayList<>(IntStream.range(0, lines.size()).boxed().toList());
    byShape.sort(Comparator.comparingDouble(i -> ratio(lines.get(i))));
    Reading[] readings = new Reading[lines.size()];
    for (int from = 0; from < readings.length; from += BATCH) {
      List<Integer> batch = byShape.subList(from, Math.min(readings.length, from + BATCH));
      List<Reading> read = readBatch(batch.stream().map(lines::get).toList());
      for (int i = 0; i < batch.size(); i++) {
        readings[batch.get(i)] = read.get(i);
      }
    }
    return Arrays.asList(readings);
  }

  private static double ratio(Mat line) {
    return line.cols() / (double) line.rows();
  }

  /** What stands in the box, straightened; turned where it is upright. */
  private static Mat cut(Mat image, Quad box) {
    int width = (int) Math.max(box.side(0, 1), box.side(2, 3));
    int height = (int) Math.max(box.side(0, 3), box.side(1, 2));
    float[] corners = {0, 0, width, 0, width, height, 0, height};
    Mat straight =
        opencv_imgproc.getPerspectiveTransform(
            OpenCv.floats(box.points(), 4, 2), OpenCv.floats(corners, 4, 2));
    Mat line = new Mat();
    opencv_imgproc.warpPerspective(
        image,
        line,
        straight,
        new Size(width, height),
        opencv_imgproc.INTER_CUBIC,
        opencv_core.BORDER_REPLICATE,
        new Scalar());
    if (height / (double) width >= UPRIGHT) {
      Mat turned = new Mat();
      opencv_core.rotate(line, turned, opencv_core.ROTATE_90_COUNTERCLOCKWISE);
      return turned;
    }
    return line;
  }

  private List<Reading> readBatch(List<Mat> lines) {
    double widest =
        Math.max(
            LEAST_WIDTH / (double) HEIGHT,
            lines.stream().mapToDouble(TextRecogniser::ratio).max().orElseThrow());
    int width = (int) (HEIGHT * widest);
    float[] values = new float[lines.size() * 3 * HEIGHT * width];
    for (int i = 0; i < lines.size(); i++) {
      int own = Math.min(width, (int) Math.ceil(HEIGHT * ratio(lines.get(i))));
      Mat line = new Mat();
      opencv_imgproc.resize(lines.get(i), line, new Size(own, HEIGHT));
      write(line, values, i * 3 * HEIGHT * width, width);
    }
    OnnxModel.Output output = model.runFirst(values, lines.size(), 3, HEIGHT, width);
    int columns = (int) output.shape()[1];
    requireClasses(output.shape()[2]);
    return IntStream.range(0, lines.size())
        .mapToObj(i -> decode(output.values(), i * columns, columns))
        .toList();
  }

  /** Writes an image's channels as planes with rows of {@code width} numbers. */
  static void write(Mat image, float[] out, int at, int width) {
    byte[] pixels = OpenCv.bytes(image);
    int plane = image.rows() * width;
    for (int i = 0; i < pixels.length; i++) {
      int pixel = i / 3;
      int place = pixel / image.cols() * width + pixel % image.cols();
      out[at + i % 3 * plane + place] = LEVELS[pixels[i] & 0xff];
    }
  }

  /** The likeliest character of each column, repetitions and blanks left out. */
  private Reading decode(float[] probabilities, int first, int columns) {
    StringBuilder text = new StringBuilder();
    double sum = 0;
    int count = 0;
    int before = 0;
    for (int column = first; column < first + columns; column++) {
      int at = column * characters.size();
      int best = 0;
      for (int c = 1; c < characters.size(); c++) {
        best = probabilities[at + c] > probabilities[at + best] ? c : best;
      }
      if (best != before && best != 0) {
        text.append(characters.get(best));
        sum += probabilities[at + best];
        count++;
      }
      before = best;
    }
    return new Reading(text.toString(), count == 0 ? 0 : sum / count);
  }

  @Override
  public void close() {
    model.close();
  }
}
