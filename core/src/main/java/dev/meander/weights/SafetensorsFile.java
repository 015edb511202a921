package dev.meander.weights;

import dev.meander.config.Problems;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;

/**
 * A safetensors file opened for reading: a validated header, and the bytes of each tensor.
 *
 * <p>Format: an 8-byte little-endian header length, a JSON header, then the tensors' bytes, little
 * endian and row-major (huggingface/safetensors, "Format").
 */
public final class SafetensorsFile implements AutoCloseable {
  /** The reference implementation's limit for the header. */
  static final long MAX_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = 8;
  private static final int READ_CHUNK = 1 << 24;

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final long dataStart;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  /**
   * One tensor of the file.
   *
   * @param shape the sizes of the dimensions; empty for a scalar
   * @param begin the first byte, counted from the end of the header
   * @param end one past the last byte
   */
  public record Entry(String name, DType dtype, long[] shape, long begin, long end) {
    public Entry {
      shape = shape.clone();
    }

    @Override
    public long[] shape() {
      return shape.clone();
    }

    /** Size in the file. */
    public long byteCount() {
      return end - begin;
    }

    int rank() {
      return shape.length;
    }

    /** Throws ArithmeticException on overflow. */
    long expectedBytes() {
      long count = dtype.bits();
      for (long size : shape) {
        count = Math.multiplyExact(count, size);
      }
      if (count % Byte.SIZE != 0) {
        throw new ArithmeticException("no whole bytes");
      }
      return count / Byte.SIZE;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Entry e
          && name.equals(e.name)
          && dtype == e.dtype
          && Arrays.equals(shape, e.shape)
          && begin == e.begin
          && end == e.end;
    }

    @Override
    public int hashCode() {
      return name.hashCode();
    }

    @Override
    public String toString() {
      return dtype + Arrays.toString(shape);
    }
  }

  private SafetensorsFile(
      Path path, FileChannel channel, long size, long dataStart, SafetensorsHeader header) {
    this.path = path;
    this.channel = channel;
    this.size = size;
    this.dataStart = dataStart;
    this.entries = Collections.unmodifiableMap(header.entries());
    this.metadata = Collections.unmodifiableMap(header.metadata());
  }

  /**
   * Opens a file and validates its whole header.
   *
   * @throws UserError naming the file and everything that is wrong with it
   */
  public static SafetensorsFile open(Path path) {
    if (Files.isDirectory(path)) {
      throw new UserError(path + " is a directory; a safetensors file is needed here");
    }
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UserError(path + " is no regular file; a safetensors file is needed here");
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
      SafetensorsFile file = open(path, channel);
      channel = null;
      return file;
    } catch (NoSuchFileException e) {
      throw new UserError(Links.missing(path), e);
    } catch (AccessDeniedException e) {
      throw new UserError("no permission to read " + path, e);
    } catch (IOException e) {
      throw new UserError("cannot read " + path + ": " + StrictJson.fault(e), e);
    } finally {
      closeQuietly(channel);
    }
  }

  private static SafetensorsFile open(Path path, FileChannel channel) throws IOException {
    Problems problems = new Problems();
    long fileSize = channel.size();
    long length = headerLength(channel, fileSize, problems);
    String headline = path + " is not a valid safetensors file";
    problems.throwIfAny(headline);
    ByteBuffer bytes = ByteBuffer.allocate((int) length);
    readFully(channel, LENGTH_BYTES, bytes);
    long dataStart = LENGTH_BYTES + length;
    SafetensorsHeader header =
        SafetensorsHeader.parse(bytes.array(), fileSize - dataStart, problems);
    problems.throwIfAny(headline);
    return new SafetensorsFile(path, channel, fileSize, dataStart, header);
  }

  private static long headerLength(FileChannel channel, long fileSize, Problems problems)
      throws IOException {
    if (fileSize < LENGTH_BYTES + 2) {
      problems.add("it has only " + fileSize + " bytes, too few for a header");
      return 0;
    }
    ByteBuffer first = ByteBuffer.allocate(LENGTH_BYTES);
    readFully(channel, 0, first);
    long length = SafetensorsHeader.length(first);
    if (new String(first.array(), StandardCharsets.ISO_8859_1).equals("version ")) {
      problems.add("it is a Git LFS pointer; fetch the real file with 'git lfs pull'");
    } else if (begins(first, "GGUF")) {
      problems.add(
          "it is a GGUF file, whose packed weights are not computed with here; take the model as it was before it was quantised");
    } else if (begins(first, "PK\u0003\u0004") || begins(first, "\u0080\u0002")) {
      problems.add(
          "it is a checkpoint of PyTorch's, a pickle, which can run any code and is never read; save it as safetensors where you trust it");
    } else if (length < 2 || length > MAX_HEADER) {
      problems.add(
          "it announces a header of %s bytes, allowed are 2 to %s"
              .formatted(Long.toUnsignedString(length), MAX_HEADER));
    } else if (length > fileSize - LENGTH_BYTES) {
      problems.add(
          "it is cut off: the header alone needs %s bytes and the file has %s"
              .formatted(length, fileSize));
    }
    return length;
  }

  private static boolean begins(ByteBuffer first, String magic) {
    return new String(first.array(), StandardCharsets.ISO_8859_1).startsWith(magic);
  }

  private static void readFully(FileChannel channel, long position, ByteBuffer into)
      throws IOException {
    long at = position;
    while (into.hasRemaining()) {
      int n = channel.read(into, at);
      if (n < 0) {
        throw new EOFException("the file ended at byte " + at);
      }
      at += n;
    }
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Opened for reading only: nothing can be lost.
      }
    }
  }

  /** The file that was opened. */
  public Path path() {
    return path;
  }

  /** The tensors by name, in the header's order. */
  public Map<String, Entry> entries() {
    return entries;
  }

  /** The free-form strings under {@code __metadata__}; empty when the file has none. */
  public Map<String, String> metadata() {
    return metadata;
  }

  /**
   * One tensor's entry.
   *
   * @throws UserError when the file has no tensor of that name
   */
  public Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new UserError(path + " has no tensor '" + name + "'");
    }
    return entry;
  }

  /** How long the file was when it was opened. */
  long size() {
    return size;
  }

  /** Where a tensor's bytes begin in the file. */
  long start(Entry entry) {
    return dataStart + entry.begin();
  }

  /** Where bytes at an offset within a tensor go: {@code slice(offset, length)}. */
  @FunctionalInterface
  interface Target {
    ByteBuffer slice(long offset, int length);
  }

  /** Copies a tensor of any size, chunk by chunk. Reading, unlike mapping, survives truncation. */
  void read(String name, Target target) {
    Entry entry = entry(name);
    try {
      for (long at = 0; at < entry.byteCount(); at += READ_CHUNK) {
        int length = (int) Math.min(READ_CHUNK, entry.byteCount() - at);
        readFully(channel, dataStart + entry.begin() + at, target.slice(at, length));
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot read tensor '" + name + "' of " + path + ": " + StrictJson.fault(e), e);
    }
  }

  /** Reads bytes from the middle of a tensor until the buffer is full. */
  void read(String name, long offset, ByteBuffer into) {
    try {
      readFully(channel, dataStart + entry(name).begin() + offset, into);
    } catch (IOException e) {
      throw new UserError(
          "cannot read tensor '" + name + "' of " + path + ": " + StrictJson.fault(e), e);
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
