package dev.meander.nn;

import static org.bytedeco.pytorch.global.torch.linear;

import dev.meander.tensor.FusedGelu;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * An affine map {@code y = x W^T + b} that an adapter can be attached to.
 *
 * <p>It computes in the dtype of its input: parameters kept in another dtype are converted on the
 * way, and their gradients arrive in their own.
 */
public final class Linear {
  private final String name;
  private final Tensor weight; // [out, in]
  private final Tensor bias; // [out] or null
  private Adapter adapter;

  /** What is added to the output of a linear layer. */
  @FunctionalInterface
  public interface Adapter {
    /**
     * The addition for the input {@code x} [..., in] to the output [..., out], or {@code null} for
     * none now.
     */
    Tensor delta(Tensor x);

    /**
     * A weight [out, in] that already holds the addition, or {@code null} where {@link #delta} has
     * it.
     */
    default Tensor whole(Tensor x) {
      return null;
    }
  }

  public Linear(Parameters p, String name, long in, long out, boolean bias, Init init) {
    this.name = p.fullName(name);
    this.weight = p.get(name + ".weight", init, out, in);
    this.bias = bias ? p.get(name + ".bias", Init.ZEROS, out) : null;
    p.register(this);
  }

  public Linear(Parameters p, String name, long in, long out) {
    this(p, name, in, out, true, Init.xavier(in, out));
  }

  /** {@code x} [..., in] to [..., out]. */
  public Tensor forward(Tensor x) {
    Tensor whole = whole(x);
    Tensor w = like(whole == null ? weight : whole, x);
    Tensor y = bias == null ? linear(x, w) : linear(x, w, new TensorOptional(like(bias, x)));
    Tensor delta = whole == null ? adapter.delta(x) : null;
    return delta == null ? y : y.add(delta);
  }

  /** {@code gelu(forward(x))} with the tanh approximation. */
  public Tensor gelu(Tensor x) {
    Tensor whole = whole(x);
    if (whole == null || bias == null || !FusedGelu.fits(x, weight)) {
      try (Tensor y = forward(x)) {
        return torch.gelu(y, "tanh");
      }
    }
    return FusedGelu.of(x, like(whole, x), like(bias, x));
  }

  /** The weight that says it all, or {@code null} where the adapter adds to the output. */
  private Tensor whole(Tensor x) {
    return adapter == null ? weight : adapter.whole(x);
  }

  /** {@code parameter} in the dtype of {@code x}. */
  static Tensor like(Tensor parameter, Tensor x) {
    return parameter.scalar_type().intern() == x.scalar_type().intern()
        ? parameter
        : parameter.to(x.scalar_type());
  }

  /** Attaches {@code adapter}, or detaches with {@code null}. */
  public void attach(Adapter adapter) {
    this.adapter = adapter;
  }

  public String name() {
    return name;
  }

  public Tensor weight() {
    return weight;
  }

  public long in() {
    return weight.size(1);
  }

  public long out() {
    return weight.size(0);
  }
}
