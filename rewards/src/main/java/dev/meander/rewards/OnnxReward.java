package dev.meander.rewards;

import dev.meander.config.UserError;
import dev.meander.image.Image;
import dev.meander.reward.Reward;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A user's own network as a reward: image in, number out, run by ONNX Runtime.
 *
 * <p>Networks with a dynamic first axis take {@code batch} images at once, others as many as they
 * were made for.
 */
public final class OnnxReward implements Reward {
  private final OnnxConfig config;
  private final OnnxModel model;
  private final Planes planes;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Loads the network.
   *
   * @throws UserError when the file is not there or does not fit the settings
   */
  public OnnxReward(OnnxConfig config) {
    this.config = config;
    this.planes =
        new Planes(
            config.size().get(0),
            config.size().get(1),
            config.mean(),
            config.std(),
            config.layout(),
            config.fit());
    this.model = new OnnxModel("onnx", config.file());
    try {
      model.requireShape(planes);
      config
          .output()
          .filter(name -> !model.outputs().contains(name))
          .ifPresent(
              name -> {
                throw new UserError(
                    "reward onnx: %s has no output %s; it has %s"
                        .formatted(config.file(), name, String.join(", ", model.outputs())));
              });
    } catch (UserError e) {
      model.close();
      throw e;
    }
  }

  @Override
  public float[] score(List<Sample> samples) {
    float[] scores = new float[samples.size()];
    int batch = model.batch(config.batch());
    String name = config.output().orElse(model.outputs().get(0));
    for (int at = 0; at < scores.length; at += batch) {
      int count = Math.min(batch, scores.length - at);
      // A network of fixed size gets images of zeros in the places that are left.
      int padded = model.batch(count);
      float[] values = new float[padded * planes.length()];
      List<Image> images = samples.subList(at, at + count).stream().map(Sample::image).toList();
      for (int i = 0; i < count; i++) {
        planes.write(images.get(i), values, i);
      }
      OnnxModel.Output output = model.run(values, planes.shape(padded)).get(name);
      int row = output.values().length / padded;
      if (output.values().length != row * padded || config.index() >= row) {
        throw new UserError(
            "reward onnx: %d images gave %d numbers; index %d needs at least %d for each"
                .formatted(padded, output.values().length, config.index(), config.index() + 1));
      }
      for (int i = 0; i < count; i++) {
        scores[at + i] = (float) (config.scale() * output.values()[i * row + config.index()]);
        if (!Float.isFinite(scores[at + i])) {
          throw new IllegalStateException(
              "reward onnx: " + config.file() + " gave " + scores[at + i] + " for an image");
        }
      }
    }
    return scores;
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      model.close();
    }
  }
}
