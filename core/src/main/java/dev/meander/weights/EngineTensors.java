package dev.meander.weights;

import static org.bytedeco.pytorch.global.torch.empty;
import static org.bytedeco.pytorch.global.torch.from_file;

import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Natives;
import dev.meander.tensor.Scope;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.SafetensorsWriter.TensorData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Moves tensors between safetensors files and the engine. */
public final class EngineTensors {
  static {
    Natives.prepare();
  }

  private static final int WRITE_CHUNK = 1 << 24;

  private EngineTensors() {}

  /** The engine's name of an element type. */
  public static ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case F64 -> ScalarType.Double;
      case F32 -> ScalarType.Float;
      case F16 -> ScalarType.Half;
      case BF16 -> ScalarType.BFloat16;
      case I64 -> ScalarType.Long;
      case I32 -> ScalarType.Int;
      case I16 -> ScalarType.Short;
      case I8 -> ScalarType.Char;
      case U8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
      default ->
          throw new UserError(
              "tensors of type " + dtype + " are not computed with here; save them as F32 or BF16");
    };
  }

  /**
   * The element type of an engine tensor.
   *
   * @throws IllegalArgumentException for a type that safetensors files do not hold
   */
  public static DType dtype(Tensor tensor) {
    return dtype(tensor.scalar_type());
  }

  /** As {@link #dtype(Tensor)}. */
  public static DType dtype(ScalarType engineType) {
    ScalarType type = engineType.intern();
    for (DType dtype : DType.values()) {
      if (dtype.isComputed() && scalarType(dtype) == type) {
        return dtype;
      }
    }
    throw new IllegalArgumentException("no safetensors type for engine type " + type);
  }

  /** A tensor with memory of its own, in the type that the file has. */
  static Tensor copy(SafetensorsFile file, Entry entry) {
    Tensor tensor;
    try (TensorOptions options = new TensorOptions(scalarType(entry.dtype()))) {
      tensor = empty(entry.shape(), options, null);
    }
    if (entry.byteCount() > 0) {
      try (Pointer data = tensor.data_ptr();
          BytePointer start = new BytePointer(data)) {
        file.read(entry.name(), (at, length) -> slice(start, at, length));
      } catch (RuntimeException e) {
        tensor.close();
        throw e;
      }
    }
    return tensor;
  }

  /** As {@link #copy}, floating-point tensors converted. */
  static Tensor copy(SafetensorsFile file, Entry entry, DType floatsAs) {
    Tensor stored = copy(file, entry);
    if (!entry.dtype().isFloating() || entry.dtype() == floatsAs) {
      return stored;
    }
    try (stored) {
      return stored.to(scalarType(floatsAs));
    }
  }

  /**
   * A tensor with memory of its own on the engine's device, moved there chunk by chunk, so that the
   * whole tensor is never in memory twice.
   */
  static Tensor placed(SafetensorsFile file, Entry entry, DType floatsAs) {
    DType type = entry.dtype().isFloating() ? floatsAs : entry.dtype();
    if (type == entry.dtype() && Engine.onHost()) {
      return copy(file, entry);
    }
    try (Scope scope = new Scope()) {
      Tensor target =
          empty(
              entry.shape(),
              new TensorOptions(scalarType(type)).device(new DeviceOptional(Engine.device())),
              null);
      Tensor flat = target.view(-1);
      long count = flat.numel();
      int bytes = entry.dtype().bytes();
      long chunk = Math.min(count, WRITE_CHUNK / bytes);
      Tensor part = empty(new long[] {chunk}, new TensorOptions(scalarType(entry.dtype())), null);
      BytePointer start = count == 0 ? null : new BytePointer(part.data_ptr());
      for (long at = 0; at < count; at += chunk) {
        try (Scope inner = new Scope()) {
          long n = Math.min(chunk, count - at);
          file.read(entry.name(), at * bytes, slice(start, 0, (int) (n * bytes)));
          flat.narrow(0, at, n).copy_(part.narrow(0, 0, n));
        }
      }
      return scope.keep(target);
    }
  }

  /**
   * The bytes of a whole file, mapped so that writing to them changes no file. The engine unmaps it
   * with the last tensor that stands on it; the caller closes this one.
   */
  static Tensor map(SafetensorsFile file) {
    try (Scope scope = new Scope()) {
      Tensor bytes =
          from_file(
              new BytePointer(file.path().toString(), StandardCharsets.UTF_8),
              new BoolOptional(false),
              new LongOptional(file.size()),
              new TensorOptions(ScalarType.Byte));
      bytes.retainReference();
      return bytes;
    }
  }

  /**
   * A tensor on {@link #map mapped} bytes.
   *
   * @param start where its elements begin, a multiple of their size
   */
  static Tensor view(Tensor mapped, long start, Entry entry) {
    try (Scope scope = new Scope()) {
      Tensor view = empty(new long[] {0}, new TensorOptions(scalarType(entry.dtype())), null);
      view.set_(mapped.storage(), start / entry.dtype().bytes(), entry.shape());
      return scope.keep(view);
    }
  }

  /**
   * Writes tensors to a file, converting one at a time.
   *
   * @param storeAs the type for floating-point tensors; others keep theirs
   * @throws dev.meander.config.UserError when the file cannot be written
   */
  public static void save(
      Path path, Map<String, Tensor> tensors, DType storeAs, Map<String, String> metadata) {
    Map<String, TensorData> data = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> data.put(name, tensorData(tensor, storeAs)));
    SafetensorsWriter.write(path, data, metadata);
  }

  /** The bytes of a file with these tensors, each in its own type. */
  public static AtomicFile.Content content(
      Map<String, Tensor> tensors, Map<String, String> metadata) {
    Map<String, TensorData> data = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> data.put(name, tensorData(tensor, dtype(tensor))));
    return SafetensorsWriter.content(data, metadata);
  }

  private static TensorData tensorData(Tensor tensor, DType floatsAs) {
    DType own = dtype(tensor);
    DType stored = own.isFloating() ? floatsAs : own;
    return new TensorData(stored, tensor.shape(), channel -> write(channel, tensor, stored));
  }

  /** Writes the elements of a tensor in the given type, for a file of the caller's own making. */
  public static void write(WritableByteChannel channel, Tensor tensor, DType stored)
      throws IOException {
    try (Tensor detached = tensor.detach();
        Tensor host = detached.cpu();
        Tensor typed = host.to(scalarType(stored));
        Tensor packed = typed.contiguous();
        Pointer data = packed.data_ptr();
        BytePointer start = new BytePointer(data)) {
      long bytes = packed.numel() * stored.bytes();
      for (long at = 0; at < bytes; at += WRITE_CHUNK) {
        int length = (int) Math.min(WRITE_CHUNK, bytes - at);
        SafetensorsWriter.writeFully(channel, slice(start, at, length));
      }
    }
  }

  private static ByteBuffer slice(BytePointer start, long at, int length) {
    return start.getPointer(at).capacity(length).asByteBuffer();
  }
}
