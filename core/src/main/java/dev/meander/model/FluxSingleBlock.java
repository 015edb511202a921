package dev.meander.model;

import static dev.meander.model.Sd3Transformer.EPS;
import static dev.meander.model.Sd3Transformer.modulate;

import dev.meander.nn.Init;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms;
import dev.meander.nn.Parameters;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Attention and feed-forward side by side, over text and image tokens in one stream. */
final class FluxSingleBlock {
  private final Linear norm;
  private final FluxAttention attention;
  private final Linear in;
  private final Linear out;

  FluxSingleBlock(Parameters p, FluxConfig config) {
    long d = config.width();
    norm = new Linear(p, "norm.linear", d, 3 * d, true, Init.ZEROS);
    in = new Linear(p, "proj_mlp", d, 4 * d);
    out = new Linear(p, "proj_out", 5 * d, d);
    attention = FluxAttention.image(p.sub("attn"), config);
  }

  /**
   * @param x [B, S + N, D], text first
   * @param t [B, D], already through SiLU
   */
  Tensor forward(Tensor x, Tensor t, Rotary rotary) {
    List<Tensor> m = Tensors.chunk(norm.forward(t).unsqueeze(1), 3, 2);
    Tensor n = modulate(Norms.layerNorm(x, EPS), m.get(0), m.get(1));
    Tensor attended = FluxAttention.attend(attention.q(n), attention.k(n), attention.v(n), rotary);
    Tensor fed = torch.gelu(in.forward(n), "tanh");
    return torch.addcmul(x, m.get(2), out.forward(Tensors.cat(2, attended, fed)));
  }
}
