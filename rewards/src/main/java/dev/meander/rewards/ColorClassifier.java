package dev.meander.rewards;

import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.image.Bicubic;
import dev.meander.image.Image;
import dev.meander.image.Resample;
import dev.meander.reward.Box;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Names the colour of an object by CLIP (GenEval, arXiv 2310.11513, section 3): the colour whose
 * text has the largest cosine with the part of the image that the object's box holds.
 */
final class ColorClassifier implements AutoCloseable {
  /** GenEval's colours, in the order of the texts' rows. */
  static final List<String> COLORS =
      List.of(
          "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white");

  private final GenEvalConfig.Colors config;
  private final Planes planes;
  private final OnnxModel model;
  private final Map<String, float[]> texts = new HashMap<>();

  /**
   * Loads the network and the texts.
   *
   * @param classes which must have texts
   * @throws UserError when a file is missing or does not fit
   */
  ColorClassifier(GenEvalConfig.Colors config, Collection<String> classes) {
    this.config = config;
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(Home.resolve(config.texts().toString()))) {
      TreeSet<String> missing = new TreeSet<>(classes);
      missing.removeAll(store.names());
      if (!missing.isEmpty()) {
        throw new UserError(
            "reward geneval: %s has no tensor for the classes %s"
                .formatted(config.texts(), String.join(", ", missing)));
      }
      for (String name : classes) {
        long[] shape = store.entry(name).shape();
        if (shape.length != 2 || shape[0] != COLORS.size()) {
          throw new UserError(
              "reward geneval: the tensor %s of %s must be [10, D], a row a colour (%s)"
                  .formatted(name, config.texts(), String.join(", ", COLORS)));
        }
        texts.put(name, rows(name, Tensors.floats(store.tensor(name, DType.F32))));
      }
    }
    this.model = new OnnxModel("geneval", config.file());
    try {
      this.planes = config.planes(model);
    } catch (UserError e) {
      model.close();
      throw e;
    }
  }

  /** Rows that have a direction. */
  private float[] rows(String name, float[] rows) {
    int size = rows.length / COLORS.size();
    for (int c = 0; c < COLORS.size(); c++) {
      double length = 0;
      for (int i = 0; i < size; i++) {
        length += rows[c * size + i] * rows[c * size + i];
      }
      if (!(length > 0 && length < Double.POSITIVE_INFINITY)) {
        throw new UserError(
            "reward geneval: the row for %s of the tensor %s of %s is zero or not finite"
                .formatted(COLORS.get(c), name, config.texts()));
      }
    }
    return rows;
  }

  /** The colour of an object; what is known not to be part of it is made grey before. */
  String color(Image image, OnnxDetector.Seen object) {
    String className = object.className();
    Image shown = object.mask().map(mask -> mask.cut(image)).orElse(image);
    int batch = model.batch(1);
    float[] values = new float[batch * planes.length()];
    planes.write(middle(crop(shown, object.box())), values, 0);
    float[] all = model.run(values, planes.shape(batch)).get(model.outputs().get(0)).values();
    int size = all.length / batch;
    float[] rows = texts.get(className);
    if (rows.length != COLORS.size() * size) {
      throw new UserError(
          "reward geneval: %s makes embeddings of %d numbers, %s has %d a row"
              .formatted(config.file(), size, config.texts(), rows.length / COLORS.size()));
    }
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < COLORS.size(); c++) {
      double dot = 0;
      double length = 0;
      for (int i = 0; i < size; i++) {
        dot += all[i] * rows[c * size + i];
        length += rows[c * size + i] * rows[c * size + i];
      }
      double cosine = dot / Math.sqrt(length);
      if (cosine > most) {
        most = cosine;
        best = c;
      }
    }
    return COLORS.get(best);
  }

  /** Whole pixels, at least one, inside of the image. */
  private static Image crop(Image image, Box box) {
    int left = clamp(box.left(), 0, image.width() - 1);
    int top = clamp(box.top(), 0, image.height() - 1);
    int right = clamp(box.right(), left + 1, image.width());
    int bottom = clamp(box.bottom(), top + 1, image.height());
    return Resample.crop(image, left, top, right - left, bottom - top);
  }

  /** As open_clip has CLIP see an image: bicubic by Pillow, then the middle. */
  private Image middle(Image image) {
    boolean portrait = image.width() * planes.height() <= image.height() * planes.width();
    int width =
        portrait
            ? planes.width()
            : (int) ((double) planes.height() * image.width() / image.height());
    int height =
        portrait
            ? (int) ((double) planes.width() * image.height() / image.width())
            : planes.height();
    int left = (int) Math.rint((width - planes.width()) / 2.0);
    int top = (int) Math.rint((height - planes.height()) / 2.0);
    Image scaled = Bicubic.resize(image, width, height);
    return Resample.crop(scaled, left, top, planes.width(), planes.height());
  }

  private static int clamp(double value, int least, int most) {
    return (int) Math.min(most, Math.max(least, Math.rint(value)));
  }

  @Override
  public void close() {
    model.close();
  }
}
