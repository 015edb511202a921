package dev.meander.model.sd3;

import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Attention;
import dev.meander.nn.FeedForward;
import dev.meander.nn.Linear;
import dev.meander.nn.Modulation;
import dev.meander.nn.Norms;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/**
 * One joint block: image and text tokens attend to each other, then each stream has its own
 * feed-forward, all modulated by the time and the pooled text (adaLN-zero). The last block drops
 * its text stream; dual blocks attend a second time over the image tokens alone.
 */
final class Sd3Block {
  private final AdaLayerNorm norm1; // of the joint attention, the feed-forward, attention2
  private final AdaLayerNorm norm1Context; // null in the last block
  private final AdaLayerNorm.Last lastContext; // null but in the last block
  private final Joint attention;
  private final Projections attention2; // null without dual attention
  private final FeedForward ff;
  private final FeedForward ffContext; // null in the last block

  /** The two streams: image [B, N, D] and text [B, S, D] (null after the last block). */
  record Streams(Tensor image, Tensor text) {}

  Sd3Block(Parameters p, Sd3Config config, int index) {
    long d = config.width();
    boolean last = index == config.numLayers() - 1;
    boolean dual = config.dualAttentionLayers().contains(index);
    norm1 = new AdaLayerNorm(p, "norm1", d, dual ? 3 : 2);
    norm1Context = last ? null : new AdaLayerNorm(p, "norm1_context", d, 2);
    lastContext = last ? new AdaLayerNorm.Last(p, "norm1_context", d) : null;
    attention = new Joint(p.sub("attn"), config, last);
    attention2 =
        dual
            ? new Projections(
                p.sub("attn2"), config, "to_q", "to_k", "to_v", "norm_q", "norm_k", "to_out.0")
            : null;
    ff = new FeedForward(p, "ff", d);
    ffContext = last ? null : new FeedForward(p, "ff_context", d);
  }

  /**
   * @param t [B, D], already through SiLU
   */
  Streams forward(Tensor x, Tensor c, Tensor t) {
    List<Modulation> m = norm1.modulations(t);
    Tensor normed = AdaLayerNorm.norm(x);
    if (lastContext != null) {
      Tensor contextIn = lastContext.forward(c, t);
      return new Streams(
          image(x, normed, attention.forward(m.get(0).apply(normed), contextIn), m), null);
    }
    List<Modulation> mc = norm1Context.modulations(t);
    Tensor contextIn = mc.get(0).apply(AdaLayerNorm.norm(c));
    Streams attended = attention.forward(m.get(0).apply(normed), contextIn);
    Tensor text = feed(mc.get(0).add(c, attended.text()), ffContext, mc.get(1));
    return new Streams(image(x, normed, attended, m), text);
  }

  private Tensor image(Tensor x, Tensor normed, Streams attended, List<Modulation> m) {
    Tensor image = m.get(0).add(x, attended.image());
    if (attention2 != null) {
      image = m.get(2).add(image, attention2.selfAttend(m.get(2).apply(normed)));
    }
    return feed(image, ff, m.get(1));
  }

  private static Tensor feed(Tensor x, FeedForward ff, Modulation m) {
    return m.add(x, ff.forward(m.apply(AdaLayerNorm.norm(x))));
  }

  /** The projections of one stream into and out of attention. */
  private static final class Projections {
    private final Linear toQ;
    private final Linear toK;
    private final Linear toV;
    private final Norms.RmsNorm normQ;
    private final Norms.RmsNorm normK;
    private final Linear toOut; // null where the output is dropped
    private final long heads;

    Projections(
        Parameters p,
        Sd3Config config,
        String q,
        String k,
        String v,
        String normQ,
        String normK,
        String out) {
      long d = config.width();
      heads = config.numAttentionHeads();
      toQ = new Linear(p, q, d, d);
      toK = new Linear(p, k, d, d);
      toV = new Linear(p, v, d, d);
      boolean normed = config.qkNorm() != null;
      this.normQ =
          normed ? new Norms.RmsNorm(p, normQ, config.attentionHeadDim(), AdaLayerNorm.EPS) : null;
      this.normK =
          normed ? new Norms.RmsNorm(p, normK, config.attentionHeadDim(), AdaLayerNorm.EPS) : null;
      toOut = out == null ? null : new Linear(p, out, d, d);
    }

    /** [B, L, heads, d], as do k and v. */
    Tensor q(Tensor x) {
      Tensor q = Attention.byHeads(toQ.forward(x), heads);
      return normQ == null ? q : normQ.forward(q);
    }

    Tensor k(Tensor x) {
      Tensor k = Attention.byHeads(toK.forward(x), heads);
      return normK == null ? k : normK.forward(k);
    }

    Tensor v(Tensor x) {
      return Attention.byHeads(toV.forward(x), heads);
    }

    Tensor out(Tensor attended) {
      return toOut == null ? null : toOut.forward(attended);
    }

    Tensor selfAttend(Tensor x) {
      return out(Attention.attendByHeads(q(x), k(x), v(x)));
    }
  }

  /**
   * Attention over the image tokens followed by the text tokens, each stream with projections of
   * its own.
   */
  private static final class Joint {
    private final Projections image;
    private final Projections text;

    Joint(Parameters p, Sd3Config config, boolean last) {
      image = new Projections(p, config, "to_q", "to_k", "to_v", "norm_q", "norm_k", "to_out.0");
      text =
          new Projections(
              p,
              config,
              "add_q_proj",
              "add_k_proj",
              "add_v_proj",
              "norm_added_q",
              "norm_added_k",
              last ? null : "to_add_out");
    }

    Streams forward(Tensor x, Tensor c) {
      Tensor q = Tensors.cat(1, image.q(x), text.q(c));
      Tensor k = Tensors.cat(1, image.k(x), text.k(c));
      Tensor v = Tensors.cat(1, image.v(x), text.v(c));
      Tensor y = Attention.attendByHeads(q, k, v);
      long n = x.size(1);
      return new Streams(image.out(y.narrow(1, 0, n)), text.out(y.narrow(1, n, c.size(1))));
    }
  }
}
