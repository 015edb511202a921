package dev.meander.nn;

import static org.bytedeco.pytorch.global.torch.conv2d;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A square two-dimensional convolution with bias, computed in the dtype of its input. */
public final class Conv2d {
  private final Tensor weight; // [out, in, k, k]
  private final Tensor bias; // [out]
  private final long[] stride;
  private final long[] padding;

  public Conv2d(
      Parameters p, String name, long in, long out, long kernel, long stride, long padding) {
    this.weight =
        p.get(
            name + ".weight",
            Init.xavier(in * kernel * kernel, out * kernel * kernel),
            out,
            in,
            kernel,
            kernel);
    this.bias = p.get(name + ".bias", Init.ZEROS, out);
    this.stride = new long[] {stride, stride};
    this.padding = new long[] {padding, padding};
  }

  /** {@code x} [B, in, H, W] to [B, out, H', W']. */
  public Tensor forward(Tensor x) {
    return conv2d(
        x,
        Linear.like(weight, x),
        new TensorOptional(Linear.like(bias, x)),
        stride,
        padding,
        new long[] {1, 1},
        1);
  }
}
