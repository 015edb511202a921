package dev.meander.model.flux;

import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Linear;
import dev.meander.nn.Modulation;
import dev.meander.nn.Parameters;
import dev.meander.nn.Projections;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Tensors;
import org.bytedeco.pytorch.Tensor;

/** Attention and feed-forward side by side, over text and image tokens in one stream. */
final class FluxSingleBlock {
  private final AdaLayerNorm norm;
  private final Projections attention;
  private final Linear in;
  private final Linear out;

  FluxSingleBlock(Parameters p, FluxConfig config) {
    long d = config.width();
    norm = new AdaLayerNorm(p, "norm", d, 1);
    in = new Linear(p, "proj_mlp", d, 4 * d);
    out = new Linear(p, "proj_out", 5 * d, d);
    attention = Projections.image(p.sub("attn"), d, config.numAttentionHeads(), true);
  }

  /**
   * @param x [B, S + N, D], text first
   * @param t [B, D], already through SiLU
   */
  Tensor forward(Tensor x, Tensor t, Rotary rotary) {
    Modulation m = norm.modulations(t).get(0);
    Tensor n = m.apply(AdaLayerNorm.norm(x));
    Tensor attended = rotary.attend(attention.q(n), attention.k(n), attention.v(n));
    Tensor fed = in.gelu(n);
    return m.add(x, out.forward(Tensors.cat(2, attended, fed)));
  }
}
