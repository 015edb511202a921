package dev.meander.weights;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files: atomically, and the same bytes for the same tensors. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * One tensor to be written.
   *
   * @param shape the sizes of the dimensions; empty for a scalar
   * @param content what writes exactly {@code product(shape) * dtype.bytes()} bytes, little endian;
   *     is called once, when its turn comes, so it may compute the bytes then
   */
  public record TensorData(DType dtype, long[] shape, AtomicFile.Content content) {
    public TensorData {
      shape = shape.clone();
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }

    /** A tensor whose bytes are at hand. */
    public static TensorData of(DType dtype, long[] shape, ByteBuffer bytes) {
      return new TensorData(
          dtype, shape, channel -> SafetensorsWriter.writeFully(channel, bytes.duplicate()));
    }

    /** A float32 tensor. */
    public static TensorData of(float[] values, long... shape) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asFloatBuffer().put(values);
      return of(DType.F32, shape, bytes);
    }

    long byteCount() {
      return new SafetensorsFile.Entry("", dtype, shape, 0, 0).expectedBytes();
    }
  }

  /**
   * Writes a file; see {@link AtomicFile#write}. Tensors are ordered by falling element size, then
   * by name, which keeps every one aligned to its element.
   *
   * @throws dev.meander.config.UserError when the file cannot be written
   * @throws IllegalArgumentException when a content writes another number of bytes than its shape
   *     says
   */
  public static void write(
      Path path, Map<String, TensorData> tensors, Map<String, String> metadata) {
    AtomicFile.write(path, content(tensors, metadata));
  }

  /** What {@link #write} writes, for a place of the caller's own. */
  public static AtomicFile.Content content(
      Map<String, TensorData> tensors, Map<String, String> metadata) {
    List<Map.Entry<String, TensorData>> ordered =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                        (Map.Entry<String, TensorData> e) -> -e.getValue().dtype().bytes())
                    .thenComparing(Map.Entry::getKey))
            .toList();
    byte[] header = header(ordered, metadata);
    return channel -> {
      writeFully(channel, lengthBytes(header.length));
      writeFully(channel, ByteBuffer.wrap(header));
      for (Map.Entry<String, TensorData> tensor : ordered) {
        writeTensor(channel, tensor.getKey(), tensor.getValue());
      }
    };
  }

  private static ByteBuffer lengthBytes(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length);
  }

  private static byte[] header(
      List<Map.Entry<String, TensorData>> ordered, Map<String, String> metadata) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    if (!metadata.isEmpty()) {
      ObjectNode node = root.putObject(SafetensorsHeader.METADATA);
      new TreeMap<>(metadata).forEach(node::put);
    }
    long at = 0;
    for (Map.Entry<String, TensorData> tensor : ordered) {
      if (tensor.getKey().equals(SafetensorsHeader.METADATA)) {
        throw new IllegalArgumentException("A tensor must not be named " + tensor.getKey());
      }
      ObjectNode node = root.putObject(tensor.getKey());
      node.put("dtype", tensor.getValue().dtype().name());
      ArrayNode shape = node.putArray("shape");
      for (long size : tensor.getValue().shape()) {
        shape.add(size);
      }
      long end = Math.addExact(at, tensor.getValue().byteCount());
      node.putArray("data_offsets").add(at).add(end);
      at = end;
    }
    return padded(root);
  }

  private static byte[] padded(ObjectNode root) {
    try {
      String json = new JsonMapper().writeValueAsString(root);
      int bytes = json.getBytes(StandardCharsets.UTF_8).length;
      int padding = Math.floorMod(-bytes, ALIGNMENT);
      return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void writeTensor(WritableByteChannel channel, String name, TensorData tensor)
      throws IOException {
    CountingChannel counting = new CountingChannel(channel);
    tensor.content().writeTo(counting);
    if (counting.count != tensor.byteCount()) {
      throw new IllegalArgumentException(
          "tensor '%s' wrote %s bytes, its shape needs %s"
              .formatted(name, counting.count, tensor.byteCount()));
    }
  }

  static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static final class CountingChannel implements WritableByteChannel {
    private final WritableByteChannel target;
    private long count;

    CountingChannel(WritableByteChannel target) {
      this.target = target;
    }

    @Override
    public int write(ByteBuffer bytes) throws IOException {
      int n = target.write(bytes);
      count += n;
      return n;
    }

    @Override
    public boolean isOpen() {
      return target.isOpen();
    }

    @Override
    public void close() {}
  }
}
