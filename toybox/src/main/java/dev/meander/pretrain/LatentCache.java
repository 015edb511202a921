package dev.meander.pretrain;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.model.AutoencoderKl;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.toybox.Toybox;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;

/** The latents and captions of the training images, encoded once and kept in a file. */
final class LatentCache {
  private static final int ENCODED_AT_ONCE = 64;
  private static final int REPORT_EVERY = 2048;
  private static final String STAGE = "encode";
  private static final String NAME = "latents";

  private final float[] latents;
  private final String[] captions;
  private final int dims;

  private LatentCache(float[] latents, String[] captions) {
    this.latents = latents;
    this.captions = captions;
    this.dims = latents.length / captions.length;
  }

  /**
   * The first {@code count} images of the world; from {@code file} when it is there.
   *
   * @param vae the finished autoencoder
   * @param dims how many numbers a latent has
   */
  static LatentCache of(
      Path file, int count, int dims, Toybox toybox, AutoencoderKl vae, EventBus events) {
    String[] captions =
        IntStream.range(0, count).parallel().mapToObj(toybox::caption).toArray(String[]::new);
    if (Files.exists(file)) {
      try (Scope scope = new Scope();
          TensorStore store = TensorStore.open(file)) {
        return new LatentCache(Tensors.floats(store.tensor(NAME, DType.F32)), captions);
      }
    }
    float[] latents = encode(count, dims, toybox, vae, events);
    try (Scope scope = new Scope()) {
      EngineTensors.save(file, Map.of(NAME, Tensors.of(latents, count, dims)), DType.F32, Map.of());
    }
    return new LatentCache(latents, captions);
  }

  private static float[] encode(
      int count, int dims, Toybox toybox, AutoencoderKl vae, EventBus events) {
    float[] latents = new float[Math.multiplyExact(count, dims)];
    events.publish(new Event.StageStarted(STAGE, count, 0));
    long begun = System.nanoTime();
    int round = ENCODED_AT_ONCE * Engine.workers().count();
    for (int at = 0; at < count; at += round) {
      List<Supplier<List<Tensor>>> pieces = new ArrayList<>();
      for (int from = at; from < Math.min(count, at + round); from += ENCODED_AT_ONCE) {
        final int first = from;
        int n = Math.min(ENCODED_AT_ONCE, count - from);
        pieces.add(
            () -> {
              Tensor images = VaeTraining.images(toybox, first, n);
              float[] encoded = Tensors.floats(Autograd.noGrad(() -> vae.encode(images)));
              System.arraycopy(encoded, 0, latents, first * dims, encoded.length);
              return List.of();
            });
      }
      Engine.workers().run(pieces);
      int done = Math.min(count, at + round);
      if (done / REPORT_EVERY > at / REPORT_EVERY) {
        double seconds = (System.nanoTime() - begun) / 1e9;
        events.publish(
            new Event.PretrainProgress(STAGE, done, count, Double.NaN, 0, done / seconds));
      }
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    events.publish(new Event.StageFinished(STAGE, count, Double.NaN, seconds));
    return latents;
  }

  /** Numbers in a latent. */
  int dims() {
    return dims;
  }

  /** Copies the latent of {@code example} to {@code target}, from {@code at}. */
  void copy(int example, float[] target, int at) {
    System.arraycopy(latents, example * dims, target, at, dims);
  }

  /** The caption of {@code example}. */
  String caption(int example) {
    return captions[example];
  }
}
