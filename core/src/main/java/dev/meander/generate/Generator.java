package dev.meander.generate;

import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.image.Image;
import dev.meander.image.Pixels;
import dev.meander.model.Pipeline;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * Prompts to images along the ODE, a slice at a time.
 *
 * @param pipeline the model
 * @param settings how images are sampled
 * @param progress where the progress is shown
 */
public record Generator(Pipeline pipeline, Settings settings, Progress.Source progress) {
  /**
   * How images are sampled.
   *
   * @param steps how many steps of the ODE
   * @param guidance the guidance scale; 1 or less means none
   * @param embedded the guidance scale that a guidance-distilled model is told
   * @param negative the prompt that guidance leads away from
   * @param batchSize how many images are made at once
   * @param tiled whether large images are decoded in tiles
   */
  public record Settings(
      int steps, double guidance, double embedded, String negative, int batchSize, boolean tiled) {}

  /**
   * N images and what they came from.
   *
   * @param prompts the prompt of each image
   * @param images the N images
   * @param shape the shape of one latent, [C, h, w]
   * @param noise the N starting latents, one after the other
   * @param latents the N final latents
   * @param pixels the N decoded images [3, H, W], in [-1, 1] but for overshoot
   */
  public record Pictures(
      List<String> prompts,
      List<Image> images,
      long[] shape,
      float[] noise,
      float[] latents,
      float[] pixels) {
    /** Writes noise, latents and images (in 0 to 1). */
    public void save(Path file) {
      int n = images.size();
      float[] unit = new float[pixels.length];
      for (int i = 0; i < unit.length; i++) {
        unit[i] = Math.min(1, Math.max(0, pixels[i] / 2 + 0.5f));
      }
      try (Scope scope = new Scope()) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("noise", Tensors.of(noise, n, shape[0], shape[1], shape[2]));
        tensors.put("latents", Tensors.of(latents, n, shape[0], shape[1], shape[2]));
        tensors.put("image", Tensors.of(unit, n, 3, images.get(0).height(), images.get(0).width()));
        EngineTensors.save(file, tensors, DType.F32, Map.of());
      }
    }
  }

  /** {@code count} images of each prompt, from the noise of {@code seed}. */
  public Pictures fromSeed(List<String> prompts, int count, long seed, long[] shape) {
    List<String> each = new ArrayList<>();
    prompts.forEach(p -> each.addAll(Collections.nCopies(count, p)));
    int dims = dims(shape);
    float[] noise = new float[Math.multiplyExact(each.size(), dims)];
    for (int i = 0; i < each.size(); i++) {
      Domain.PICTURE_START.stream(seed, i / count, i % count).normals(noise, i * dims, dims);
    }
    return sample(each, noise, shape);
  }

  /**
   * An image for each noise sample of a file.
   *
   * @param prompts one for all, or with {@code count} images each as many as the file has
   * @throws UserError when the file does not fit the model or the prompts
   */
  public Pictures fromFile(List<String> prompts, int count, Path file) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(file)) {
      if (!store.names().contains("noise")) {
        throw new UserError(file + " has no tensor `noise`, only " + store.names());
      }
      Tensor noise = store.tensor("noise", DType.F32);
      long[] shape = Tensors.shape(noise);
      int channels = pipeline.transformer().latentChannels();
      if (shape.length != 4 || shape[0] < 1 || shape[1] != channels) {
        throw new UserError(
            "%s: `noise` has the shape %s, the model needs [N, %d, h, w]"
                .formatted(file, Arrays.toString(shape), channels));
      }
      int cell = pipeline.vae().config().downscale();
      long[] one = pipeline.latentShape((int) shape[2] * cell, (int) shape[3] * cell);
      return sample(assign(prompts, count, shape[0], file), Tensors.floats(noise), one);
    }
  }

  private static List<String> assign(List<String> prompts, int count, long n, Path file) {
    if (prompts.size() == 1) {
      return Collections.nCopies((int) n, prompts.get(0));
    }
    if ((long) prompts.size() * count != n) {
      throw new UserError(
          "%s holds the noise of %d images, but %d prompts with %d each were given"
              .formatted(file, n, prompts.size(), count));
    }
    List<String> each = new ArrayList<>();
    prompts.forEach(p -> each.addAll(Collections.nCopies(count, p)));
    return each;
  }

  private static int dims(long[] shape) {
    return Math.toIntExact(shape[0] * shape[1] * shape[2]);
  }

  private Pictures sample(List<String> prompts, float[] noise, long[] shape) {
    int dims = dims(shape);
    int cell = pipeline.vae().config().downscale();
    int height = (int) shape[1] * cell;
    int width = (int) shape[2] * cell;
    int values = 3 * height * width;
    float[] latents = new float[noise.length];
    float[] pixels = new float[Math.multiplyExact(prompts.size(), values)];
    List<Image> images = new ArrayList<>();
    try (Progress bar = progress.start("Generating", prompts.size(), "images")) {
      for (int at = 0; at < prompts.size(); at += settings.batchSize()) {
        int n = Math.min(settings.batchSize(), prompts.size() - at);
        float[] start = Arrays.copyOfRange(noise, at * dims, (at + n) * dims);
        slice(prompts.subList(at, at + n), start, shape, latents, pixels, at);
        bar.advance(n);
      }
    }
    for (int i = 0; i < prompts.size(); i++) {
      images.add(Pixels.fromPlanar(pixels, i * values, width, height));
    }
    return new Pictures(prompts, images, shape, noise, latents, pixels);
  }

  private void slice(
      List<String> prompts, float[] noise, long[] shape, float[] latents, float[] pixels, int at) {
    try (Scope scope = new Scope()) {
      Autograd.noGrad(
          () -> {
            int n = prompts.size();
            Tensor start = Tensors.of(noise, n, shape[0], shape[1], shape[2]);
            Tensor clean =
                new ImageSampler(
                        pipeline, shape, settings.steps(), settings.guidance(), settings.embedded())
                    .sample(prompts, settings.negative(), start);
            float[] latent = Tensors.floats(clean);
            System.arraycopy(latent, 0, latents, at * dims(shape), latent.length);
            float[] decoded = Tensors.floats(pipeline.vae(settings.tiled()).decode(clean));
            System.arraycopy(decoded, 0, pixels, at * (decoded.length / n), decoded.length);
          });
    }
  }
}
