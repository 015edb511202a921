package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.image.Pixels;
import dev.meander.model.AutoencoderKl;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents to images, a slice of the batch at a time.
 *
 * @param vae the decoder
 * @param batchSize images decoded at once
 */
public record Decoder(AutoencoderKl vae, int batchSize) {
  /** The images of {@code latents} [N, C, h, w], in order. */
  public List<Image> decode(Tensor latents) {
    List<Image> images = new ArrayList<>();
    for (long at = 0; at < latents.size(0); at += batchSize) {
      long count = Math.min(batchSize, latents.size(0) - at);
      try (Scope scope = new Scope()) {
        Tensor slice = latents.narrow(0, at, count);
        Tensor pixels = Autograd.noGrad(() -> vae.decode(slice));
        int height = (int) pixels.size(2);
        int width = (int) pixels.size(3);
        float[] values = Tensors.floats(pixels);
        for (int i = 0; i < count; i++) {
          images.add(Pixels.fromPlanar(values, i * 3 * height * width, width, height));
        }
      }
    }
    return images;
  }
}
