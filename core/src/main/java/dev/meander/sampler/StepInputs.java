package dev.meander.sampler;

import dev.meander.schedule.NoiseLevel;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
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
 * @param times where the samples are in the schedule
 */
public record StepInputs(Tensor x, Tensor v, Tensor sigma, Tensor sigmaNext, StepTimes times) {
  /**
   * The inputs as {@link StochasticDynamics#step} is given them.
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
        times);
  }

  /** {@code sigmaNext - sigma}, negative. */
  public Tensor dt() {
    return sigmaNext.sub(sigma);
  }

  /** The noise level {@code s} of each sample's step, {@code [B, 1, ...]}. */
  public Tensor level(NoiseLevel noise) {
    return ofSteps(k -> noise.level(times.schedule(), k));
  }

  /** The standard deviation of each sample's step, {@code [B, 1, ...]}. */
  public Tensor std(NoiseLevel noise) {
    return ofSteps(k -> noise.std(times.schedule(), k));
  }

  private Tensor ofSteps(IntToDoubleFunction value) {
    int[] steps = times.steps();
    float[] values = new float[steps.length];
    for (int i = 0; i < steps.length; i++) {
      values[i] = (float) value.applyAsDouble(steps[i]);
    }
    return perSample(Tensors.of(values, values.length), x);
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
