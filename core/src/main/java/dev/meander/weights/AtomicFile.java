package dev.meander.weights;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Writes files so that a reader sees the old content or the new one, never a part. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Writes the content. */
  @FunctionalInterface
  public interface Content {
    void writeTo(WritableByteChannel channel) throws IOException;
  }

  /**
   * Writes aside in the same directory, forces the bytes to disk, renames, and forces the
   * directory. When anything fails the target is as before and nothing is left behind.
   *
   * @throws UserError when the disk is full, the directory is missing or may not be written
   */
  public static void write(Path target, Content content) {
    Path aside = aside(target);
    try {
      try (FileChannel channel =
          FileChannel.open(
              aside,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      move(aside, target);
      forceDirectory(target.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UserError("cannot write " + target + ": " + StrictJson.fault(e), e);
    } finally {
      deleteQuietly(aside);
    }
  }

  /** {@link #write(Path, Content)} of a text, in UTF-8. */
  public static void write(Path target, String text) {
    write(target, content(text));
  }

  /** A text in UTF-8. */
  public static Content content(String text) {
    return channel -> {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    };
  }

  /** What a kill in the middle of {@link #write} may leave behind; the next write replaces it. */
  public static Path aside(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".tmp");
  }

  /** Makes a rename durable. */
  public static void forceDirectory(Path directory) throws IOException {
    if (File.separatorChar == '\\') {
      return; // Windows has no handle for this; its renames are journaled.
    }
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void deleteQuietly(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // The first failure is the one to report.
    }
  }
}
