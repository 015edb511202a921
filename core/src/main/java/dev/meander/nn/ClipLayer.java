package dev.meander.nn;

import dev.meander.nn.Norms.LayerNorm;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One pre-norm transformer layer as both towers of CLIP (arXiv 2103.00020) stack it, its tensors
 * named as in transformers.
 */
public final class ClipLayer {
  private static final double QUICK = 1.702;

  private final LayerNorm norm1;
  private final Linear q;
  private final Linear k;
  private final Linear v;
  private final Linear out;
  private final LayerNorm norm2;
  private final Linear fc1;
  private final Linear fc2;
  private final long heads;
  private final boolean quick;

  /**
   * The measures of a layer.
   *
   * @param size the number of features of a token
   * @param inner the number of features inside the feed-forward
   * @param heads the heads of the attention
   * @param activation {@code quick_gelu} or {@code gelu}
   * @param eps the epsilon of the normalisations
   */
  public record Shape(long size, long inner, long heads, String activation, double eps) {
    public Shape {
      if (!activation.equals("quick_gelu") && !activation.equals("gelu")) {
        throw new IllegalArgumentException(
            "hidden_act must be quick_gelu or gelu, not " + activation);
      }
      if (heads < 1 || size % heads != 0) {
        throw new IllegalArgumentException(
            "hidden_size (%d) must be a multiple of num_attention_heads (%d)"
                .formatted(size, heads));
      }
    }
  }

  public ClipLayer(Parameters p, Shape shape) {
    long d = shape.size();
    heads = shape.heads();
    quick = shape.activation().equals("quick_gelu");
    norm1 = new LayerNorm(p, "layer_norm1", d, shape.eps());
    q = new Linear(p, "self_attn.q_proj", d, d);
    k = new Linear(p, "self_attn.k_proj", d, d);
    v = new Linear(p, "self_attn.v_proj", d, d);
    out = new Linear(p, "self_attn.out_proj", d, d);
    norm2 = new LayerNorm(p, "layer_norm2", d, shape.eps());
    fc1 = new Linear(p, "mlp.fc1", d, shape.inner());
    fc2 = new Linear(p, "mlp.fc2", shape.inner(), d);
  }

  /**
   * @param x [B, L, D]
   * @param mask [L, L], added to the attention's scores, or {@code null}
   * @return [B, L, D]
   */
  public Tensor forward(Tensor x, Tensor mask) {
    Tensor n = norm1.forward(x);
    Tensor attended =
        Attention.attend(
            Attention.splitHeads(q.forward(n), heads),
            Attention.splitHeads(k.forward(n), heads),
            Attention.splitHeads(v.forward(n), heads),
            mask);
    Tensor y = x.add(out.forward(Attention.mergeHeads(attended)));
    Tensor h = fc1.forward(norm2.forward(y));
    Tensor a = quick ? h.mul(torch.sigmoid(h.mul(new Scalar(QUICK)))) : torch.gelu(h);
    return y.add(fc2.forward(a));
  }
}
