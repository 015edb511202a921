package dev.meander.model.flux;

import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Attention;
import dev.meander.nn.Linear;
import dev.meander.nn.Norms.RmsNorm;
import dev.meander.nn.Parameters;
import dev.meander.nn.Rotary;
import org.bytedeco.pytorch.Tensor;

/**
 * The projections of one stream to queries, keys and values [B, L, heads, d]: heads stay behind the
 * tokens, so that streams join and positions turn without copies.
 */
final class FluxAttention {
  private final Linear toQ;
  private final Linear toK;
  private final Linear toV;
  private final RmsNorm normQ;
  private final RmsNorm normK;
  private final long heads;

  private FluxAttention(
      Parameters p, FluxConfig config, String q, String k, String v, String normQ, String normK) {
    long d = config.width();
    heads = config.numAttentionHeads();
    toQ = new Linear(p, q, d, d);
    toK = new Linear(p, k, d, d);
    toV = new Linear(p, v, d, d);
    this.normQ = new RmsNorm(p, normQ, config.attentionHeadDim(), AdaLayerNorm.EPS);
    this.normK = new RmsNorm(p, normK, config.attentionHeadDim(), AdaLayerNorm.EPS);
  }

  /** Of the image, or of both streams together. */
  static FluxAttention image(Parameters p, FluxConfig config) {
    return new FluxAttention(p, config, "to_q", "to_k", "to_v", "norm_q", "norm_k");
  }

  /** Of the text in a block with two streams. */
  static FluxAttention text(Parameters p, FluxConfig config) {
    return new FluxAttention(
        p, config, "add_q_proj", "add_k_proj", "add_v_proj", "norm_added_q", "norm_added_k");
  }

  Tensor q(Tensor x) {
    return normQ.forward(Attention.byHeads(toQ.forward(x), heads));
  }

  Tensor k(Tensor x) {
    return normK.forward(Attention.byHeads(toK.forward(x), heads));
  }

  Tensor v(Tensor x) {
    return Attention.byHeads(toV.forward(x), heads);
  }

  /** Attention of tokens at their positions, to [B, L, heads * d]. */
  static Tensor attend(Tensor q, Tensor k, Tensor v, Rotary rotary) {
    return Attention.attendByHeads(rotary.turn(q), rotary.turn(k), v);
  }
}
