package dev.meander.distributed;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Tensors of fixed shapes, one after the other in one flat float32 buffer: what is summed across
 * processes. The engine's exchanges of anything that is not contiguous are wrong without a word.
 */
public final class Flat {
  private final List<long[]> shapes = new ArrayList<>();
  private final List<ScalarType> types = new ArrayList<>();
  private final long length;

  /**
   * @param like tensors of the same shapes and dtypes, such as the trained parameters
   */
  public Flat(List<Tensor> like) {
    long n = 0;
    for (Tensor t : like) {
      shapes.add(Tensors.shape(t));
      types.add(t.scalar_type().intern());
      n += t.numel();
    }
    length = n;
  }

  /** Elements in all. */
  public long length() {
    return length;
  }

  /**
   * A new buffer of the values of {@code tensors}.
   *
   * @param tensors the tensors of the shapes given; {@code null} or undefined ones count as zeros
   */
  public Tensor join(List<Tensor> tensors) {
    return Autograd.noGrad(
        () -> {
          Tensor flat = torch.zeros(new long[] {length}, options());
          long at = 0;
          for (int i = 0; i < shapes.size(); i++) {
            Tensor t = tensors.get(i);
            long n = count(shapes.get(i));
            if (t != null && t.defined()) {
              flat.narrow(0, at, n).view(shapes.get(i)).copy_(t);
            }
            at += n;
          }
          return flat;
        });
  }

  /**
   * The tensors in {@code flat}, of the shapes and dtypes given: views of it where it is float32.
   */
  public List<Tensor> split(Tensor flat) {
    return Autograd.noGrad(
        () -> {
          List<Tensor> tensors = new ArrayList<>();
          long at = 0;
          for (int i = 0; i < shapes.size(); i++) {
            long n = count(shapes.get(i));
            tensors.add(flat.narrow(0, at, n).view(shapes.get(i)).to(types.get(i)));
            at += n;
          }
          return tensors;
        });
  }

  private static long count(long[] shape) {
    long n = 1;
    for (long s : shape) {
      n *= s;
    }
    return n;
  }

  /** Float32 on the engine's device. */
  static TensorOptions options() {
    return Tensors.options(ScalarType.Float).device(new DeviceOptional(Engine.device()));
  }
}
