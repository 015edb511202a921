package dev.meander.model.flux;

import dev.meander.model.BlockMemory;
import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Linear;
import dev.meander.nn.Modulation;
import dev.meander.nn.Parameters;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Attention and feed-forward side by side, over text and image tokens in one stream. */
final class FluxSingleBlock {
  private static final String FIRST = "single_transformer_blocks.0.";

  /**
   * A norm, its modulation and a sum make 3; queries, keys and values and their norms 5, attention
   * 1; the feed-forward 8, joined with attention 5, and their projection 1.
   */
  private static final int MADE = 23;

  private final AdaLayerNorm norm;
  private final FluxAttention attention;
  private final Linear in;
  private final Linear out;

  FluxSingleBlock(Parameters p, FluxConfig config) {
    long d = config.width();
    norm = new AdaLayerNorm(p, "norm", d, 1);
    in = new Linear(p, "proj_mlp", d, 4 * d);
    out = new Linear(p, "proj_out", 5 * d, d);
    attention = FluxAttention.image(p.sub("attn"), config);
  }

  /** Of all blocks. */
  static BlockMemory memory(FluxConfig config, BlockMemory.Use use) {
    double saved = 1; // the input of the normalisation
    saved += use.attention(true);
    saved += use.ifTrained(1, FIRST, "attn.to_q", "attn.to_k", "attn.to_v", "proj_mlp");
    saved += 4; // the input of GELU
    saved += use.ifTrained(5, FIRST, "proj_out");
    saved += use.all() ? 2 : 0; // what the modulation and the gate multiply
    Map<String, Integer> widths =
        Map.of("attn.to_q", 1, "attn.to_k", 1, "attn.to_v", 1, "proj_mlp", 4, "proj_out", 1);
    return new BlockMemory(
        config.numSingleLayers(),
        MADE + FluxAttention.madeByTurning(use),
        use.added(FIRST, widths),
        saved);
  }

  /**
   * @param x [B, S + N, D], text first
   * @param t [B, D], already through SiLU
   */
  Tensor forward(Tensor x, Tensor t, Rotary rotary) {
    Modulation m = norm.modulations(t).get(0);
    Tensor n = m.apply(AdaLayerNorm.norm(x));
    Tensor attended = FluxAttention.attend(attention.q(n), attention.k(n), attention.v(n), rotary);
    Tensor fed = torch.gelu(in.forward(n), "tanh");
    return m.add(x, out.forward(Tensors.cat(2, attended, fed)));
  }
}
