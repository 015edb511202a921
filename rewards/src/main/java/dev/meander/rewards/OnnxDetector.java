package dev.meander.rewards;

import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An object detector in an ONNX file; what it sees, without colours. */
final class OnnxDetector implements AutoCloseable {
  private final GenEvalConfig.Detector config;
  private final Planes planes;
  private final List<String> classes;
  private final OnnxModel model;

  /**
   * One object.
   *
   * @param box the box in pixels of the image
   * @param mask which part of the image it is, where the network says so
   */
  record Seen(String className, double score, Box box, Optional<Mask> mask) {}

  /** The {@code index}-th of masks of {@code height x width} that lie over the whole image. */
  record Mask(float[] values, int index, int height, int width) {
    private static final byte GREY = (byte) 0x99; // GenEval's #999

    /** The image, grey outside of the object. */
    Image cut(Image image) {
      byte[] rgb = image.rgb().clone();
      for (int i = 0; i < rgb.length / 3; i++) {
        int y = i / image.width() * height / image.height();
        int x = i % image.width() * width / image.width();
        if (values[(index * height + y) * width + x] <= 0.5f) {
          Arrays.fill(rgb, 3 * i, 3 * i + 3, GREY);
        }
      }
      return new Image(image.width(), image.height(), rgb);
    }
  }

  /**
   * Loads the network.
   *
   * @throws UserError when a file is missing or the network does not fit the settings
   */
  OnnxDetector(GenEvalConfig.Detector config) {
    this.config = config;
    this.classes = classes(config);
    this.model = new OnnxModel("geneval", config.file());
    try {
      this.planes = config.planes(model);
      List<String> wanted = List.of(config.boxes(), config.scores(), config.labels());
      if (!model.outputs().containsAll(wanted)) {
        throw new UserError(
            "reward geneval: %s must have the outputs %s; it has %s"
                .formatted(
                    config.file(), String.join(", ", wanted), String.join(", ", model.outputs())));
      }
    } catch (UserError e) {
      model.close();
      throw e;
    }
  }

  /**
   * The names in the file of classes, by label.
   *
   * @throws UserError when it cannot be read
   */
  static List<String> classes(GenEvalConfig.Detector config) {
    Path file = Home.resolve(config.classes().toString());
    try {
      return Files.readAllLines(file).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw new UserError("reward geneval: cannot read the classes " + file, e);
    }
  }

  /** Names of the classes, by label. */
  List<String> classes() {
    return classes;
  }

  /** Every object that the network reports, however unsure. */
  List<Seen> detect(Image image) {
    float[] values = new float[planes.length()];
    planes.write(image, values, 0);
    Map<String, OnnxModel.Output> outputs = model.run(values, planes.shape(1));
    float[] boxes = outputs.get(config.boxes()).values();
    float[] scores = outputs.get(config.scores()).values();
    float[] labels = outputs.get(config.labels()).values();
    if (labels.length != scores.length || boxes.length != 4 * scores.length) {
      throw new UserError(
          "reward geneval: %s gave %d scores, %d labels and %d numbers for boxes; it must give N, N and 4 N"
              .formatted(config.file(), scores.length, labels.length, boxes.length));
    }
    Optional<OnnxModel.Output> masks = masks(outputs, scores.length);
    boolean relative = config.units() == GenEvalConfig.Units.RELATIVE;
    double x = image.width() / (relative ? 1.0 : planes.width());
    double y = image.height() / (relative ? 1.0 : planes.height());
    List<Seen> seen = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      int label = (int) labels[i];
      if (label < 0 || label >= classes.size()) {
        throw new UserError(
            "reward geneval: %s gave the label %d, but %s names %d classes"
                .formatted(config.file(), label, config.classes(), classes.size()));
      }
      double left = within(x * boxes[4 * i], image.width());
      double top = within(y * boxes[4 * i + 1], image.height());
      double right = within(x * boxes[4 * i + 2], image.width());
      double bottom = within(y * boxes[4 * i + 3], image.height());
      Box box = new Box(left, top, Math.max(left, right), Math.max(top, bottom));
      int index = i;
      Optional<Mask> mask =
          masks.map(
              m -> {
                int rank = m.shape().length;
                return new Mask(
                    m.values(), index, (int) m.shape()[rank - 2], (int) m.shape()[rank - 1]);
              });
      seen.add(new Seen(classes.get(label), scores[i], box, mask));
    }
    return seen;
  }

  /** Boxes of DETR's kind reach out of the image; mmdetection, which GenEval uses, cuts them. */
  private static double within(double place, int side) {
    return Math.max(0, Math.min(place, side));
  }

  private Optional<OnnxModel.Output> masks(Map<String, OnnxModel.Output> outputs, int count) {
    Optional<OnnxModel.Output> masks = Optional.ofNullable(outputs.get(config.masks()));
    masks
        .filter(m -> m.shape().length < 3 || m.shape()[m.shape().length - 3] != count)
        .ifPresent(
            m -> {
              throw new UserError(
                  "reward geneval: %s gave %d scores and masks of shape %s; they must be [N, h, w]"
                      .formatted(config.file(), count, Arrays.toString(m.shape())));
            });
    return masks;
  }

  @Override
  public void close() {
    model.close();
  }
}
