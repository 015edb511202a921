package dev.meander.rewards;

import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.Box;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** An object detector in an ONNX file; what it sees, without colours. */
final class OnnxDetector implements AutoCloseable {
  private final GenEvalConfig.Detector config;
  private final Planes planes;
  private final List<String> classes;
  private final OnnxModel model;

  /** One object; the box in pixels of the picture. */
  record Seen(String className, double score, Box box) {}

  /**
   * Loads the network.
   *
   * @throws UserError when a file is missing or the network does not fit the settings
   */
  OnnxDetector(GenEvalConfig.Detector config) {
    this.config = config;
    this.planes = config.planes();
    try {
      this.classes = Files.readAllLines(config.classes()).stream().map(String::strip).toList();
    } catch (IOException e) {
      throw new UserError("reward geneval: cannot read the classes " + config.classes(), e);
    }
    this.model = new OnnxModel("geneval", config.file());
    try {
      long[] shape = planes.shape(1);
      model.requireShape(shape[1], shape[2], shape[3]);
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
      double left = x * boxes[4 * i];
      double top = y * boxes[4 * i + 1];
      Box box =
          new Box(
              left, top, Math.max(left, x * boxes[4 * i + 2]), Math.max(top, y * boxes[4 * i + 3]));
      seen.add(new Seen(classes.get(label), scores[i], box));
    }
    return seen;
  }

  @Override
  public void close() {
    model.close();
  }
}
