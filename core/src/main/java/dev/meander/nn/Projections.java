package dev.meander.nn;

import dev.meander.nn.Norms.RmsNorm;
import org.bytedeco.pytorch.Tensor;

/**
 * The projections of one stream of tokens to queries, keys and values [B, L, heads, d]: heads stay
 * behind the tokens, so that streams join and positions turn without copies.
 */
public final class Projections {
  private final Linear toQ;
  private final Linear toK;
  private final Linear toV;
  private final RmsNorm normQ; // null without normalisation, as is the next
  private final RmsNorm normK;
  private final long heads;

  private Projections(Parameters p, long width, long heads, boolean normed, String... names) {
    this.heads = heads;
    toQ = new Linear(p, names[0], width, width);
    toK = new Linear(p, names[1], width, width);
    toV = new Linear(p, names[2], width, width);
    long d = width / heads;
    normQ = normed ? new RmsNorm(p, names[3], d, AdaLayerNorm.EPS) : null;
    normK = normed ? new RmsNorm(p, names[4], d, AdaLayerNorm.EPS) : null;
  }

  /**
   * Those of the image, or of both streams together.
   *
   * @param width the number of features of a token
   * @param normed whether queries and keys are normalised
   */
  public static Projections image(Parameters p, long width, long heads, boolean normed) {
    return new Projections(p, width, heads, normed, "to_q", "to_k", "to_v", "norm_q", "norm_k");
  }

  /** The projections of the text where it is a stream of its own; see {@link #image}. */
  public static Projections text(Parameters p, long width, long heads, boolean normed) {
    return new Projections(
        p,
        width,
        heads,
        normed,
        "add_q_proj",
        "add_k_proj",
        "add_v_proj",
        "norm_added_q",
        "norm_added_k");
  }

  public Tensor q(Tensor x) {
    Tensor q = Attention.byHeads(toQ.forward(x), heads);
    return normQ == null ? q : normQ.forward(q);
  }

  public Tensor k(Tensor x) {
    Tensor k = Attention.byHeads(toK.forward(x), heads);
    return normK == null ? k : normK.forward(k);
  }

  public Tensor v(Tensor x) {
    return Attention.byHeads(toV.forward(x), heads);
  }
}
