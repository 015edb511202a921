package dev.meander.nn;

import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary position embedding (arXiv 2104.09864) along several axes, as FLUX has it: each pair of
 * neighbouring features of a head is a complex number that is turned by an angle proportional to
 * the token's position on the pair's axis.
 */
public final class Rotary {
  private static final double MAX_PERIOD = 10_000;

  private final Tensor turns; // [1, L, 1, d/2] complex64

  private Rotary(Tensor turns) {
    this.turns = turns;
  }

  /**
   * The turns of {@code text} tokens, all at the origin, and then of a grid, row by row, whose
   * tokens are at (0, row, column).
   *
   * @param axes the features of a head that turn with each of the three axes; each number is even
   */
  public static Rotary textAndGrid(List<Integer> axes, long text, long h, long w, Device device) {
    float[][] rows = turns(axes.get(1), h);
    float[][] columns = turns(axes.get(2), w);
    int d = axes.get(0) + axes.get(1) + axes.get(2);
    int length = Math.toIntExact(text + h * w);
    float[] all = new float[length * d];
    for (int i = 0; i < all.length; i += 2) {
      all[i] = 1;
    }
    int at = Math.toIntExact(text) * d;
    for (float[] row : rows) {
      for (float[] column : columns) {
        System.arraycopy(row, 0, all, at + axes.get(0), row.length);
        System.arraycopy(column, 0, all, at + axes.get(0) + row.length, column.length);
        at += d;
      }
    }
    Tensor pairs = Tensors.of(all, 1, length, 1, d / 2, 2).to(device, ScalarType.Float);
    return new Rotary(torch.view_as_complex(pairs));
  }

  /** Cosine and sine of every angle of {@code features / 2} frequencies at each position. */
  private static float[][] turns(int features, long positions) {
    float[][] turns = new float[Math.toIntExact(positions)][features];
    for (int i = 0; i < features; i += 2) {
      double frequency = 1 / Math.pow(MAX_PERIOD, (double) i / features);
      for (int position = 0; position < turns.length; position++) {
        turns[position][i] = (float) Math.cos(position * frequency);
        turns[position][i + 1] = (float) Math.sin(position * frequency);
      }
    }
    return turns;
  }

  /** {@code x} [B, L, heads, d] turned, computed in float32. */
  public Tensor turn(Tensor x) {
    Tensor pairs = x.to(ScalarType.Float).unflatten(-1, x.size(-1) / 2, 2);
    Tensor turned = torch.view_as_real(torch.view_as_complex(pairs).mul(turns)).flatten(-2, -1);
    return turned.to(x.scalar_type());
  }

  /** Attention of tokens at their positions, all [B, L, heads, d], to [B, L, heads * d]. */
  public Tensor attend(Tensor q, Tensor k, Tensor v) {
    return Attention.attendByHeads(turn(q), turn(k), v);
  }
}
