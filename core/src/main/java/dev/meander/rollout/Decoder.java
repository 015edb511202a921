package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.image.Pixels;
import dev.meander.model.AutoencoderKl;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Latents to images, a slice of the batch at a time, split among workers.
 *
 * @param vae the decoder
 * @param batchSize images decoded at once
 * @param workers that each decode a part of every slice
 */
public record Decoder(AutoencoderKl vae, int batchSize, Workers workers) {
  /** The images of {@code latents} [N, C, h, w], in order. */
  public List<Image> decode(Tensor latents) {
    Image[] images = new Image[Math.toIntExact(latents.size(0))];
    for (int at = 0; at < images.length; at += batchSize) {
      int first = at;
      workers.run(
          Math.min(batchSize, images.length - at),
          part -> {
            int from = first + part.from();
            decode(latents.narrow(0, from, part.size()), images, from);
            return List.of();
          });
    }
    return List.of(images);
  }

  private void decode(Tensor latents, Image[] images, int first) {
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
