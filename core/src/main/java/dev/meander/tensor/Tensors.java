package dev.meander.tensor;

import static org.bytedeco.pytorch.global.torch.torch_empty;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Conversions between Java arrays and tensors, and the few operations whose engine form is
 * unwieldy.
 */
public final class Tensors {
  static {
    Natives.prepare();
  }

  private Tensors() {}

  /**
   * A new float32 tensor with the values of {@code data} in row-major order, on the {@link
   * Engine#device engine's device}.
   */
  public static Tensor of(float[] data, long... shape) {
    requireCount(data.length, shape);
    Tensor t = torch_empty(shape, options(ScalarType.Float), new MemoryFormatOptional());
    if (data.length > 0) {
      new FloatPointer(t.data_ptr()).put(data);
    }
    return placed(t);
  }

  /**
   * A new int64 tensor with the values of {@code data} in row-major order, on the {@link
   * Engine#device engine's device}.
   */
  public static Tensor of(long[] data, long... shape) {
    requireCount(data.length, shape);
    Tensor t = torch_empty(shape, options(ScalarType.Long), new MemoryFormatOptional());
    if (data.length > 0) {
      new LongPointer(t.data_ptr()).put(data);
    }
    return placed(t);
  }

  /** {@code t} on the engine's device; itself when it is there. */
  public static Tensor placed(Tensor t) {
    return Engine.onHost() ? t : t.to(Engine.device(), t.scalar_type());
  }

  /** The values of {@code t}, of any float dtype, in row-major order. */
  public static float[] floats(Tensor t) {
    try (Scope scope = new Scope()) {
      Tensor c = t.detach().to(ScalarType.Float).cpu().contiguous();
      float[] out = new float[Math.toIntExact(c.numel())];
      if (out.length > 0) {
        new FloatPointer(c.data_ptr()).get(out);
      }
      return out;
    }
  }

  /** The value of a tensor of one element. */
  public static double scalar(Tensor t) {
    try (Scope scope = new Scope()) {
      return t.detach().to(ScalarType.Double).cpu().item_double();
    }
  }

  /** Whether every value is a finite number. */
  public static boolean isFinite(Tensor t) {
    try (Scope scope = new Scope()) {
      return t.numel() == 0 || t.detach().isfinite().all().cpu().item_bool();
    }
  }

  /** Options of a plain CPU tensor of {@code type}. */
  public static TensorOptions options(ScalarType type) {
    return new TensorOptions().dtype(new ScalarTypeOptional(type));
  }

  /** The sizes of {@code t}. */
  public static long[] shape(Tensor t) {
    long[] shape = new long[Math.toIntExact(t.dim())];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = t.size(i);
    }
    return shape;
  }

  public static Tensor cat(int dim, Tensor... parts) {
    return torch.cat(new TensorVector(parts), dim);
  }

  public static Tensor stack(List<Tensor> parts, int dim) {
    return torch.stack(new TensorVector(parts.toArray(Tensor[]::new)), dim);
  }

  /**
   * {@code n} equal parts along {@code dim}, as independent handles (views of the same storage).
   */
  public static List<Tensor> chunk(Tensor t, int n, int dim) {
    long size = t.size(dim) / n;
    List<Tensor> parts = new ArrayList<>(n);
    for (int i = 0; i < n; i++) {
      parts.add(t.narrow(dim, i * size, size));
    }
    return parts;
  }

  private static void requireCount(int length, long[] shape) {
    long n = 1;
    for (long s : shape) {
      n *= s;
    }
    if (n != length) {
      throw new IllegalArgumentException(
          length + " values do not fill the shape " + java.util.Arrays.toString(shape));
    }
  }
}
