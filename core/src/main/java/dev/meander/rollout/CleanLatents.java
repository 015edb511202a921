package dev.meander.rollout;

import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * The latents at the end of the schedule that the images were decoded from.
 *
 * @param latents [C, H, W] each, by the layout's number of their images
 */
public record CleanLatents(List<Tensor> latents) {
  /** Those of the given images, [N, C, H, W]. */
  public Tensor select(int... images) {
    return Tensors.stack(Arrays.stream(images).mapToObj(latents::get).toList(), 0);
  }
}
