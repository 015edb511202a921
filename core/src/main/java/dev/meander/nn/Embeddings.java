package dev.meander.nn;

import dev.meander.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Fixed embeddings of times and positions. */
public final class Embeddings {
  private static final double MAX_PERIOD = 10_000;

  private Embeddings() {}

  /**
   * Sinusoidal features of a time, cosines first (diffusers' {@code Timesteps} with {@code
   * flip_sin_to_cos} and no frequency shift).
   *
   * @param time [B] float32
   * @param size the number of features, even
   * @return [B, size] float32
   */
  public static Tensor time(Tensor time, int size) {
    int half = size / 2;
    float[] frequencies = new float[half];
    for (int i = 0; i < half; i++) {
      // The exponent is rounded to float32 at each operation, as in diffusers: at t = 1000 it
      // shows.
      float exponent = (float) -Math.log(MAX_PERIOD) * i / half;
      frequencies[i] = (float) Math.exp(exponent);
    }
    Tensor row = Tensors.of(frequencies, 1, half).to(time.device(), ScalarType.Float);
    Tensor angles = time.unsqueeze(1).mul(row);
    return Tensors.cat(1, angles.cos(), angles.sin());
  }

  /**
   * Sine-cosine positions of a square grid, the features of the column before those of the row (as
   * diffusers saves them in {@code pos_embed.pos_embed}).
   *
   * @param size the number of features, a multiple of 4
   * @param grid the side in cells
   * @param base the side in cells of the model's native size; positions are scaled by {@code base /
   *     grid}
   * @return [grid * grid * size], cells row by row
   */
  public static float[] sinCos2d(int size, int grid, int base) {
    float[] out = new float[grid * grid * size];
    int quarter = size / 4;
    for (int y = 0; y < grid; y++) {
      for (int x = 0; x < grid; x++) {
        int at = (y * grid + x) * size;
        for (int i = 0; i < quarter; i++) {
          double omega = Math.pow(MAX_PERIOD, -(double) i / quarter);
          double px = (double) x * base / grid * omega;
          double py = (double) y * base / grid * omega;
          out[at + i] = (float) Math.sin(px);
          out[at + quarter + i] = (float) Math.cos(px);
          out[at + 2 * quarter + i] = (float) Math.sin(py);
          out[at + 3 * quarter + i] = (float) Math.cos(py);
        }
      }
    }
    return out;
  }
}
