package dev.meander.rewards;

import dev.meander.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bytedeco.opencv.global.opencv_imgproc;
import org.bytedeco.opencv.opencv_core.Mat;

/**
 * PaddleOCR's detector and recogniser of text, run by ONNX Runtime: one session of each for all
 * threads. Agrees with rapidocr-onnxruntime 1.4.4 without its classifier of upside-down text.
 */
final class PpOcr implements TextReader {
  private final double confidence;
  private final TextDetector detector;
  private final TextRecogniser recogniser;

  /**
   * One line of an image.
   *
   * @param box the corners of its box, clockwise from the upper left one, in pixels
   */
  record Line(Quad box, String text, double confidence) {}

  /**
   * Loads both networks.
   *
   * @throws dev.meander.config.UserError when they are not what they should be
   */
  PpOcr(PpOcrConfig config, PpOcrModels models) {
    confidence = config.confidence();
    detector = new TextDetector(config, models.detector());
    try {
      recogniser = new TextRecogniser(models.recogniser(), models.dictionary());
    } catch (RuntimeException e) {
      detector.close();
      throw e;
    }
  }

  /** The lines of an image in reading order, those left out that the recogniser is unsure of. */
  List<Line> lines(Image image) {
    return OpenCv.scoped(
        () -> {
          Mat picture = new Mat();
          opencv_imgproc.cvtColor(OpenCv.rgb(image), picture, opencv_imgproc.COLOR_RGB2BGR);
          List<Quad> boxes = detector.detect(picture);
          List<TextRecogniser.Reading> readings = recogniser.read(picture, boxes);
          List<Line> lines = new ArrayList<>();
          for (int i = 0; i < boxes.size(); i++) {
            TextRecogniser.Reading reading = readings.get(i);
            if (reading.confidence() >= confidence) {
              lines.add(new Line(boxes.get(i), reading.text(), reading.confidence()));
            }
          }
          return lines;
        });
  }

  @Override
  public String read(Image image) {
    return lines(image).stream().map(Line::text).collect(Collectors.joining());
  }

  @Override
  public void close() {
    detector.close();
    recogniser.close();
  }
}
