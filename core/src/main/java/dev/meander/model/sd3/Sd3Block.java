package dev.meander.model.sd3;

import dev.meander.nn.AdaLayerNorm;
import dev.meander.nn.Attention;
import dev.meander.nn.FeedForward;
import dev.meander.nn.Linear;
import dev.meander.nn.Modulation;
import dev.meander.nn.Parameters;
import dev.meander.nn.Projections;
import dev.meander.tensor.Scope;
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
  private final Projections image;
  private final Linear imageOut;
  private final Projections text;
  private final Linear textOut; // null in the last block
  private final Projections image2; // null without dual attention, as is the next
  private final Linear image2Out;
  private final FeedForward ff;
  private final FeedForward ffContext; // null in the last block

  Sd3Block(Parameters p, Sd3Config config, int index) {
    long d = config.width();
    long heads = config.numAttentionHeads();
    boolean normed = config.qkNorm() != null;
    boolean last = index == config.numLayers() - 1;
    boolean dual = config.dualAttentionLayers().contains(index);
    norm1 = new AdaLayerNorm(p, "norm1", d, dual ? 3 : 2);
    norm1Context = last ? null : new AdaLayerNorm(p, "norm1_context", d, 2);
    lastContext = last ? new AdaLayerNorm.Last(p, "norm1_context", d) : null;
    Parameters attn = p.sub("attn");
    image = Projections.image(attn, d, heads, normed);
    imageOut = new Linear(attn, "to_out.0", d, d);
    text = Projections.text(attn, d, heads, normed);
    textOut = last ? null : new Linear(attn, "to_add_out", d, d);
    Parameters attn2 = p.sub("attn2");
    image2 = dual ? Projections.image(attn2, d, heads, normed) : null;
    image2Out = dual ? new Linear(attn2, "to_out.0", d, d) : null;
    ff = new FeedForward(p, "ff", d);
    ffContext = last ? null : new FeedForward(p, "ff_context", d);
  }

  /**
   * @param in the image [B, N, D], text [B, S, D], and the time [B, D], already through SiLU
   * @return image and, but for the last block, text
   */
  List<Tensor> forward(List<Tensor> in) {
    Tensor x = in.get(0);
    Tensor c = in.get(1);
    Tensor t = in.get(2);
    List<Modulation> m = norm1.modulations(t);
    Tensor normed = AdaLayerNorm.norm(x);
    List<Modulation> mc = lastContext == null ? norm1Context.modulations(t) : List.of();
    Tensor attended =
        Scope.only(
            () ->
                attend(
                    m.get(0).apply(normed),
                    lastContext == null
                        ? mc.get(0).apply(AdaLayerNorm.norm(c))
                        : lastContext.forward(c, t)));
    Tensor nextImage =
        Scope.only(() -> image(x, normed, imageOut.forward(rows(attended, 0, x)), m));
    if (lastContext != null) {
      return List.of(nextImage);
    }
    Tensor y = Scope.only(() -> mc.get(0).add(c, textOut.forward(rows(attended, x.size(1), c))));
    return List.of(nextImage, feed(y, ffContext, mc.get(1)));
  }

  /** As many tokens as one of the streams has, one after the other in memory. */
  private static Tensor rows(Tensor attended, long start, Tensor stream) {
    return attended.narrow(1, start, stream.size(1)).contiguous();
  }

  /** Attention over the image tokens followed by the text tokens. */
  private Tensor attend(Tensor x, Tensor c) {
    Tensor q = Scope.only(() -> Tensors.cat(1, image.q(x), text.q(c)));
    Tensor k = Scope.only(() -> Tensors.cat(1, image.k(x), text.k(c)));
    Tensor v = Scope.only(() -> Tensors.cat(1, image.v(x), text.v(c)));
    return Attention.attendByHeads(q, k, v);
  }

  private Tensor image(Tensor x, Tensor normed, Tensor attended, List<Modulation> m) {
    Tensor y = m.get(0).add(x, attended);
    if (image2 != null) {
      Tensor n = m.get(2).apply(normed);
      Tensor again = Attention.attendByHeads(image2.q(n), image2.k(n), image2.v(n));
      y = m.get(2).addTo(y, image2Out.forward(again));
    }
    return feed(y, ff, m.get(1));
  }

  private static Tensor feed(Tensor x, FeedForward ff, Modulation m) {
    return Scope.only(
        () -> {
          Tensor in = Scope.only(() -> m.apply(AdaLayerNorm.norm(x)));
          return m.addTo(x, ff.forward(in));
        });
  }
}
