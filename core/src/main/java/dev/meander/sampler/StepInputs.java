package dev.meander.sampler;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The inputs of a step in float32 on the latent's device, noise levels shaped to broadcast.
 *
 * @param x the latent, {@code [B, ...]}
 * @param v the velocity, {@code [B, ...]}
 * @param sigma {@code [B, 1, ...]}
 * @param sigmaNext {@code [B, 1, ...]}
 * @param secondSigma {@code sigma[1]} of the schedule
 */
public record StepInputs(Tensor x, Tensor v, Tensor sigma, Tensor sigmaNext, float secondSigma) {
  /**
   * The inputs as {@link Dynamics#step} is given them.
   *
   * @throws IllegalArgumentException when the shapes do not go together
   */
  public static StepInputs of(Tensor latent, StepTimes times, Tensor velocity) {
    if (!Arrays.equals(latent.shape(), velocity.shape())) {
      throw new IllegalArgumentException(
          "latent %s and velocity %s must have one shape"
              .formatted(Arrays.toString(latent.shape()), Arrays.toString(velocity.shape())));
    }
    return new StepInputs(
        latent.to(ScalarType.Float),
        velocity.to(ScalarType.Float),
        perSample(times.sigma(), latent),
        perSample(times.sigmaNext(), latent),
        times.secondSigma());
  }

  /** {@code sigmaNext - sigma}, negative. */
  public Tensor dt() {
    return sigmaNext.sub(sigma);
  }

  /** {@code 1 - t}. */
  public static Tensor oneMinus(Tensor t) {
    return t.neg().add(new Scalar(1.0));
  }

  private static Tensor perSample(Tensor sigma, Tensor latent) {
    if (sigma.dim() != 1 || sigma.size(0) != latent.size(0)) {
      throw new IllegalArgumentException(
          "a batch of %d samples needs noise levels [%d], not %s"
              .formatted(latent.size(0), latent.size(0), Arrays.toString(sigma.shape())));
    }
    long[] shape = new long[Math.toIntExact(latent.dim())];
    Arrays.fill(shape, 1);
    shape[0] = latent.size(0);
    return sigma.to(latent.device(), ScalarType.Float).reshape(shape);
  }
}
