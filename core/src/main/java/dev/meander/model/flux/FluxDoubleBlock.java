package dev.meander.model.flux;

import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.FeedForward;
import dev.meander.nn.Linear;
import dev.meander.nn.Modulation;
import dev.meander.nn.Parameters;
import dev.meander.nn.Projections;
import dev.meander.nn.Rotary;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * Text and image tokens attend to each other, then each stream has its own feed-forward, all
 * modulated by time, guidance and pooled text (adaLN-zero).
 */
final class FluxDoubleBlock {
  private final Stream image;
  private final Stream text;

  FluxDoubleBlock(Parameters p, FluxConfig config) {
    Parameters attn = p.sub("attn");
    long d = config.width();
    long heads = config.numAttentionHeads();
    image = new Stream(p, Projections.image(attn, d, heads, true), d, "norm1", "to_out.0", "ff");
    text =
        new Stream(
            p,
            Projections.text(attn, d, heads, true),
            d,
            "norm1_context",
            "to_add_out",
            "ff_context");
  }

  /**
   * @param in the image [B, N, D], text [B, S, D], and the time [B, D], already through SiLU
   * @return image and text
   */
  List<Tensor> forward(List<Tensor> in, Rotary rotary) {
    Tensor x = in.get(0);
    Tensor c = in.get(1);
    Tensor t = in.get(2);
    List<Modulation> m = image.norm.modulations(t);
    List<Modulation> mc = text.norm.modulations(t);
    Tensor xIn = m.get(0).apply(AdaLayerNorm.norm(x));
    Tensor cIn = mc.get(0).apply(AdaLayerNorm.norm(c));
    Tensor q = Tensors.cat(1, text.attention.q(cIn), image.attention.q(xIn));
    Tensor k = Tensors.cat(1, text.attention.k(cIn), image.attention.k(xIn));
    Tensor v = Tensors.cat(1, text.attention.v(cIn), image.attention.v(xIn));
    Tensor y = rotary.attend(q, k, v);
    long s = c.size(1);
    return List.of(
        image.finish(x, y.narrow(1, s, x.size(1)), m), text.finish(c, y.narrow(1, 0, s), mc));
  }

  /** What belongs to one of the streams. */
  private static final class Stream {
    private final AdaLayerNorm norm; // of the attention, then of the feed-forward
    private final Projections attention;
    private final Linear out;
    private final FeedForward ff;

    Stream(Parameters p, Projections attention, long d, String norm, String out, String ff) {
      this.norm = new AdaLayerNorm(p, norm, d, 2);
      this.attention = attention;
      this.out = new Linear(p.sub("attn"), out, d, d);
      this.ff = new FeedForward(p, ff, d);
    }

    Tensor finish(Tensor x, Tensor attended, List<Modulation> m) {
      Tensor y = m.get(0).add(x, out.forward(attended));
      Tensor in = m.get(1).apply(AdaLayerNorm.norm(y));
      return m.get(1).addTo(y, ff.forward(in));
    }
  }
}
