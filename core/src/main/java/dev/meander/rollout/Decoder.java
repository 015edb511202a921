package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.image.Pixels;
import dev.meander.model.AutoencoderKl;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents to images, split among workers, a slice at a time.
 *
 * <p>A slice is small enough for its widest activations to stay in a core's cache: 96 images of 64
 * pixels at once take 1.7 times as long as in slices of 8. It also bounds the memory, which is all
 * it does on a GPU.
 *
 * @param vae the decoder
 * @param workers the workers that each decode a part
 */
public record Decoder(AutoencoderKl vae, Workers workers) {
  private static final long SLICE_PIXELS = 8 * 64 * 64;
  private static final long DEVICE_SLICE_PIXELS = 1024 * 1024;

  /** How many images of so many pixels are decoded at once. */
  public static int slice(Hardware hardware, long pixels) {
    long most = hardware == Hardware.CPU ? SLICE_PIXELS : DEVICE_SLICE_PIXELS;
    return (int) Math.max(1, most / pixels);
  }

  /** The images of {@code latents} [N, C, h, w], in order. */
  public List<Image> decode(Tensor latents) {
    Image[] images = new Image[Math.toIntExact(latents.size(0))];
    long scale = vae.config().downscale();
    long pixels = latents.size(2) * scale * latents.size(3) * scale;
    int slice = slice(Engine.onHost() ? Hardware.CPU : Hardware.CUDA, pixels);
    workers.run(
        images.length,
        part -> {
          for (int at = 0; at < part.size(); at += slice) {
            int from = part.from() + at;
            decode(latents.narrow(0, from, Math.min(slice, part.size() - at)), images, from);
          }
          return List.of();
        });
    return List.of(images);
  }

  private void decode(Tensor latents, Image[] images, int first) {
    try (Scope scope = new Scope()) {
      Tensor pixels = Autograd.noGrad(() -> vae.decode(latents));
      int count = (int) pixels.size(0);
      int height = (int) pixels.size(2);
      int width = (int) pixels.size(3);
      float[] values = Tensors.floats(pixels);
      for (int i = 0; i < count; i++) {
        images[first + i] = Pixels.fromPlanar(values, i * 3 * height * width, width, height);
      }
    }
  }
}
