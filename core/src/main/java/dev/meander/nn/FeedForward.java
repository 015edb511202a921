package dev.meander.nn;

import org.bytedeco.pytorch.Tensor;

/** Two linear layers with a tanh-approximated GELU between, four times as wide inside. */
public final class FeedForward {
  private final Linear in;
  private final Linear out;

  public FeedForward(Parameters p, String name, long size) {
    Parameters net = p.sub(name).sub("net");
    this.in = new Linear(net, "0.proj", size, 4 * size);
    this.out = new Linear(net, "2", 4 * size, size);
  }

  public Tensor forward(Tensor x) {
    try (Tensor inner = in.gelu(x)) {
      return out.forward(inner);
    }
  }
}
