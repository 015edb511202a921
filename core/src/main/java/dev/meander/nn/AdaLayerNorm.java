package dev.meander.nn;

import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Adaptive layer normalisation that starts as the identity (adaLN-zero, arXiv 2212.09748): a linear
 * layer makes shift, scale and gate of every branch of a block from one condition.
 */
public final class AdaLayerNorm {
  /** The epsilon of all adaptive normalisations in diffusers' transformers. */
  public static final double EPS = 1e-6;

  private static final int EACH = 3;

  private final Linear linear;
  private final int branches;

  /**
   * @param name the normalisation's name, whose linear layer is {@code name.linear}
   * @param width the features D of a token and of the condition
   * @param branches how many modulations it gives
   */
  public AdaLayerNorm(Parameters p, String name, long width, int branches) {
    this.linear = new Linear(p, name + ".linear", width, EACH * branches * width, true, Init.ZEROS);
    this.branches = branches;
  }

  /**
   * The modulations, in the order of the branches.
   *
   * @param condition [B, D], already through SiLU
   */
  public List<Modulation> modulations(Tensor condition) {
    List<Tensor> m = Tensors.chunk(linear.forward(condition).unsqueeze(1), EACH * branches, 2);
    List<Modulation> all = new ArrayList<>();
    for (int i = 0; i < m.size(); i += EACH) {
      all.add(new Modulation(m.get(i), m.get(i + 1), m.get(i + 2)));
    }
    return all;
  }

  /** Layer normalisation without a learned scale or shift, which a {@link Modulation} follows. */
  public static Tensor norm(Tensor x) {
    return Norms.layerNorm(x, EPS);
  }

  /** As the end of a stream has it: normalised, scaled and shifted by the condition, no gate. */
  public static final class Last {
    private final Linear linear;

    /** As {@link AdaLayerNorm}'s, with two numbers for each feature. */
    public Last(Parameters p, String name, long width) {
      linear = new Linear(p, name + ".linear", width, 2 * width, true, Init.ZEROS);
    }

    /**
     * The layer on {@code x} [B, L, D].
     *
     * @param condition [B, D], already through SiLU
     */
    public Tensor forward(Tensor x, Tensor condition) {
      // Here the scale comes first, elsewhere the shift.
      List<Tensor> m = Tensors.chunk(linear.forward(condition).unsqueeze(1), 2, 2);
      return Modulation.apply(norm(x), m.get(1), m.get(0));
    }
  }
}
