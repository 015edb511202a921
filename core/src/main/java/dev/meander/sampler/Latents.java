package dev.meander.sampler;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Comparisons of latents. */
final class Latents {
  private Latents() {}

  /** {@code (next - mean)^2} in float32, {@code next} held constant. */
  static Tensor squaredDistance(Tensor next, Tensor mean) {
    return next.detach().to(ScalarType.Float).sub(mean).square();
  }

  /** {@code [B, ...]} to {@code [B]}. */
  static Tensor meanOverDimensions(Tensor t) {
    return t.flatten(1, -1).mean(1);
  }
}
