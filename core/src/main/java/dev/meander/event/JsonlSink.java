package dev.meander.event;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The metrics file: one JSON object a line, on the disk before the run goes on.
 *
 * <p>A checkpoint stores {@link #position()}; a run that continues from it opens the file with
 * {@link #open}, which cuts off what came after, so that the file of a resumed run is that of an
 * uninterrupted one (see {@link MetricsFile#comparable}). The schema is docs/metrics.md.
 */
public final class JsonlSink implements EventSink {
  private final Path path;
  private final RandomAccessFile file; // and no channel: a thread's interruption would close that

  private JsonlSink(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Starts a metrics file.
   *
   * @throws UserError when there already is one with content
   */
  public static JsonlSink create(Path path) {
    try {
      if (Files.exists(path) && Files.size(path) > 0) {
        throw new UserError(
            path + " holds the metrics of another run: resume that run, or choose a new folder");
      }
      Files.createDirectories(path.toAbsolutePath().getParent());
      return openAt(path, 0);
    } catch (IOException e) {
      throw new UserError("cannot create " + path + ": " + StrictJson.fault(e), e);
    }
  }

  /**
   * Continues a metrics file after its first {@code truncateTo} bytes; later ones are cut off.
   *
   * @param truncateTo a {@link #position()} that a checkpoint recorded
   * @throws UserError when the file is shorter, or no line ends there
   */
  public static JsonlSink open(Path path, long truncateTo) {
    try {
      long size = Files.exists(path) ? Files.size(path) : 0;
      if (size < truncateTo) {
        throw new UserError(
            String.format(
                "%s has %s bytes, but the checkpoint was made when it had %s: put back the metrics"
                    + " file that belongs to the checkpoint",
                path, size, truncateTo));
      }
      return openAt(path, truncateTo);
    } catch (IOException e) {
      throw new UserError("cannot continue " + path + ": " + StrictJson.fault(e), e);
    }
  }

  private static JsonlSink openAt(Path path, long position) throws IOException {
    RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
    try {
      if (position > 0) {
        file.seek(position - 1);
        if (file.read() != '\n') {
          throw new UserError(
              String.format(
                  "no line of %s ends at byte %s, where the checkpoint says: put back the metrics"
                      + " file that belongs to the checkpoint",
                  path, position));
        }
      }
      file.setLength(position);
      file.seek(position);
      return new JsonlSink(path, file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Bytes written so far, always at the end of a line. */
  public synchronized long position() {
    try {
      return file.getFilePointer();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tell the size of " + path, e);
    }
  }

  @Override
  public synchronized void accept(Stamped stamped) {
    if (stamped.event() instanceof Event.Passing) {
      return;
    }
    try {
      file.write((EventJson.write(stamped) + "\n").getBytes(StandardCharsets.UTF_8));
      file.getFD().sync();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + path + ": " + StrictJson.fault(e), e);
    }
  }

  @Override
  public boolean essential() {
    return true;
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close " + path, e);
    }
  }
}
