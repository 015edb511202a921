package dev.meander.model;

import dev.meander.text.Conditioning;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** A network that predicts the velocity (noise minus clean) of a flow at a noise level. */
public interface VelocityModel {
  /**
   * One pass.
   *
   * @param latent [B, C, H, W]
   * @param sigma [B] float32 in [0, 1]: each sample has a noise level of its own
   * @param conditioning the conditioning of the B samples
   * @return velocity [B, C, H, W] in float32
   */
  Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning);

  /** Every parameter and buffer by its checkpoint name. */
  Map<String, Tensor> tensors();
}
