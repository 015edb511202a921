package dev.meander.rewards;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.opencv.global.opencv_core;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;
import org.bytedeco.opencv.opencv_core.MatVector;
import org.bytedeco.opencv.opencv_core.Rect;
import org.bytedeco.opencv.opencv_core.RotatedRect;
import org.bytedeco.opencv.opencv_core.Scalar;
import org.bytedeco.opencv.opencv_core.Size;

/**
 * Where in an image text stands, by PP-OCR's detector: differentiable binarisation (arXiv
 * 1911.08947). What is made of the network's map is what rapidocr-onnxruntime makes of it, down to
 * where it rounds, for a line's text and confidence depend on every pixel of its box.
 */
final class TextDetector implements AutoCloseable {
  private static final int STRIDE = 32; // of the network
  private static final int MOST_CANDIDATES = 1000;
  private static final int LEAST_SIDE = 3;
  private static final int SAME_LINE = 10; // boxes whose tops are nearer stand beside each other

  private final PpOcrConfig config;
  private final OnnxModel model;

  /**
   * Loads the network.
   *
   * @throws UserError when it is not a detector's
   */
  TextDetector(PpOcrConfig config, OnnxModel.Content content) {
    this.config = config;
    this.model = new OnnxModel("ocr", content);
    int axes = model.outputShape().length;
    if (axes != 4) {
      model.close();
      throw new UserError(
          "reward ocr: %s is no detector of text: its output has %d axes, not the four of a map of probabilities"
              .formatted(model, axes));
    }
  }

  /**
   * The boxes of all text in reading order, corners clockwise from the upper left one, in whole
   * pixels.
   *
   * @param image {@code [height, width]}, blue, green and red
   */
  List<Quad> detect(Mat image) {
    Size size = seen(image);
    Mat input = new Mat();
    opencv_imgproc.resize(image, input, size);
    float[] values = new float[3 * input.rows() * input.cols()];
    TextRecogniser.write(input, values, 0, input.cols());
    float[] map = model.runFirst(values, 1, 3, input.rows(), input.cols()).values();
    if (map.length != input.rows() * input.cols()) {
      throw new UserError(
          "reward ocr: %s gave %d numbers for an image of %d x %d pixels, and not one a pixel as a detector of text does"
              .formatted(model, map.length, input.cols(), input.rows()));
    }
    return ordered(boxes(map, input.cols(), input.rows(), image.cols(), image.rows()));
  }

  /** The size at which the detector sees the image. */
  private Size seen(Mat image) {
    int height = image.rows();
    int width = image.cols();
    double scale = Math.max(1, config.enlargeTo() / (double) Math.min(height, width));
    scale = Math.min(scale, config.shrinkTo() / (double) Math.max(height, width));
    return new Size(whole(width * scale), whole(height * scale));
  }

  /** The nearest multiple of the stride. */
  private static int whole(double side) {
    return Math.max(STRIDE, STRIDE * (int) Math.rint((int) side / (double) STRIDE));
  }

  private List<Quad> boxes(float[] map, int width, int height, int toWidth, int toHeight) {
    byte[] text = new byte[map.length];
    float threshold = (float) config.pixelThreshold();
    for (int i = 0; i < map.length; i++) {
      text[i] = map[i] > threshold ? (byte) 255 : 0;
    }
    Mat bits = OpenCv.bytes(text, height, width);
    if (config.dilation()) {
      opencv_imgproc.dilate(bits, bits, Mat.ones(2, 2, opencv_core.CV_8UC1).asMat());
    }
    MatVector contours = new MatVector();
    opencv_imgproc.findContours(
        bits, contours, opencv_imgproc.RETR_LIST, opencv_imgproc.CHAIN_APPROX_SIMPLE);
    Mat probabilities = OpenCv.floats(map, height, width);
    List<Quad> boxes = new ArrayList<>();
    for (long i = 0; i < Math.min(contours.size(), MOST_CANDIDATES); i++) {
      around(contours.get(i), LEAST_SIDE)
          .filter(core -> mean(probabilities, core) >= config.boxThreshold())
          .flatMap(core -> around(widened(core), LEAST_SIDE + 2))
          .map(b -> scaled(b, width, height, toWidth, toHeight))
          .filter(b -> (int) b.side(0, 1) > LEAST_SIDE && (int) b.side(0, 3) > LEAST_SIDE)
          .ifPresent(boxes::add);
    }
    return boxes;
  }

  /** The smallest rotated rectangle around points; empty when its shorter side is below least. */
  private static Optional<Quad> around(Mat points, int least) {
    RotatedRect rectangle = opencv_imgproc.minAreaRect(points);
    if (Math.min(rectangle.size().width(), rectangle.size().height()) < least) {
      return Optional.empty();
    }
    Mat corners = new Mat();
    opencv_imgproc.boxPoints(rectangle, corners);
    float[] values = OpenCv.floats(corners);
    Quad quad = new Quad(new float[4], new float[4]);
    for (int i = 0; i < 4; i++) {
      quad.x()[i] = values[2 * i];
      quad.y()[i] = values[2 * i + 1];
    }
    return Optional.of(clockwise(quad));
  }

  /** Corners from the upper left one, told apart by left and right first, as in the reference. */
  private static Quad clockwise(Quad quad) {
    Integer[] order = {0, 1, 2, 3};
    Arrays.sort(order, Comparator.comparing(i -> quad.x()[i]));
    Comparator<Integer> byHeight = Comparator.comparing(i -> quad.y()[i]);
    Arrays.sort(order, 0, 2, byHeight);
    Arrays.sort(order, 2, 4, byHeight);
    return quad.ordered(order[0], order[2], order[3], order[1]);
  }

  /** The mean probability inside. */
  private static double mean(Mat map, Quad box) {
    int left = clip(Math.floor(least(box.x())), map.cols());
    int right = clip(Math.ceil(most(box.x())), map.cols());
    int top = clip(Math.floor(least(box.y())), map.rows());
    int bottom = clip(Math.ceil(most(box.y())), map.rows());
    int[] corners = new int[8];
    for (int i = 0; i < 4; i++) {
      corners[2 * i] = (int) (box.x()[i] - left);
      corners[2 * i + 1] = (int) (box.y()[i] - top);
    }
    Rect part = new Rect(left, top, right - left + 1, bottom - top + 1);
    Mat inside = Mat.zeros(part.height(), part.width(), opencv_core.CV_8UC1).asMat();
    opencv_imgproc.fillPoly(inside, new MatVector(OpenCv.points(corners)), Scalar.all(1));
    return opencv_core.mean(new Mat(map, part), inside).get(0);
  }

  private static int clip(double value, int end) {
    return (int) Math.max(0, Math.min(end - 1, value));
  }

  private static float least(float[] values) {
    return Math.min(Math.min(values[0], values[1]), Math.min(values[2], values[3]));
  }

  private static float most(float[] values) {
    return Math.max(Math.max(values[0], values[1]), Math.max(values[2], values[3]));
  }

  /** An outline around the box at a distance that grows with it. */
  private Mat widened(Quad box) {
    return OpenCv.points(box.outline(box.area() * config.unclipRatio() / box.circumference()));
  }

  private static Quad scaled(Quad box, int width, int height, int toWidth, int toHeight) {
    Quad scaled = new Quad(new float[4], new float[4]);
    for (int i = 0; i < 4; i++) {
      scaled.x()[i] = (float) Math.rint(box.x()[i] / width * toWidth);
      scaled.y()[i] = (float) Math.rint(box.y()[i] / height * toHeight);
    }
    Quad ordered = clockwise(scaled);
    for (int i = 0; i < 4; i++) {
      ordered.x()[i] = clip(ordered.x()[i], toWidth);
      ordered.y()[i] = clip(ordered.y()[i], toHeight);
    }
    return ordered;
  }

  /** The order from top to bottom, and from left to right where tops are near. */
  private static List<Quad> ordered(List<Quad> boxes) {
    boxes.sort(Comparator.<Quad>comparingDouble(b -> b.y()[0]).thenComparing(b -> b.x()[0]));
    for (int i = 1; i < boxes.size(); i++) {
      for (int j = i; j > 0 && isBefore(boxes.get(j), boxes.get(j - 1)); j--) {
        boxes.add(j - 1, boxes.remove(j));
      }
    }
    return boxes;
  }

  private static boolean isBefore(Quad box, Quad other) {
    return Math.abs(box.y()[0] - other.y()[0]) < SAME_LINE && box.x()[0] < other.x()[0];
  }

  @Override
  public void close() {
    model.close();
  }
}
