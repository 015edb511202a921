package dev.meander.sampler;

import dev.meander.model.VelocityModel;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The velocity under classifier-free guidance (arXiv 2207.12598): {@code v_uncond + scale * (v_cond
 * - v_uncond)}, both from one pass of twice the batch.
 *
 * @param model the network
 * @param scale the guidance scale; at 1 or below there is no guidance and no second half, as in
 *     diffusers
 * @param embedded the embedded guidance scale of guidance-distilled models (FLUX.1-dev); ignored by
 *     others
 */
public record GuidedVelocity(VelocityModel model, double scale, double embedded) {
  /**
   * The guided velocity.
   *
   * @param latent [B, C, H, W]
   * @param sigma [B]
   * @param prompt the conditioning of the B samples
   * @param negative the conditioning of the B negative prompts; not looked at without guidance
   */
  public Tensor velocity(Tensor latent, Tensor sigma, Conditioning prompt, Conditioning negative) {
    if (!guided()) {
      return model.velocity(latent, sigma, prompt.guided(embedded));
    }
    Tensor both =
        model.velocity(
            Tensors.cat(0, latent, latent),
            Tensors.cat(0, sigma, sigma),
            negative.concat(prompt).guided(embedded));
    List<Tensor> halves = Tensors.chunk(both, 2, 0);
    Tensor uncond = halves.get(0);
    return uncond.add(halves.get(1).sub(uncond).mul(new Scalar(scale)));
  }

  /** Whether the negative prompt matters. */
  public boolean guided() {
    return scale > 1;
  }
}
