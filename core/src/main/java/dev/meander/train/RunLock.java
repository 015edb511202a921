package dev.meander.train;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A run directory belongs to one trainer at a time. The system lets go of the lock when the process
 * ends, however it does; the file stays, empty.
 */
final class RunLock implements AutoCloseable {
  private final RunDirectory run;
  private FileChannel file;

  /** Names the directory; nothing is locked yet. */
  RunLock(RunDirectory run) {
    this.run = run;
  }

  /**
   * Takes the directory, which is there, until this is closed.
   *
   * @throws UserError naming the process that has it
   */
  void take() {
    if (file != null) {
      return;
    }
    Path path = run.lock();
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw taken(path);
      }
      file = channel;
      String own = ManagementFactory.getRuntimeMXBean().getName(); // process@host
      channel.truncate(0).write(ByteBuffer.wrap(own.getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UserError("cannot lock " + path + ": " + StrictJson.fault(e), e);
    }
  }

  /** Also true on a file system without locks, where nothing can be told. */
  private static boolean locked(FileChannel channel) {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  private UserError taken(Path path) throws IOException {
    String owner = Files.readString(path);
    return new UserError(
        "%s is being trained by process %s; wait until that ends, or give another directory"
            .formatted(run.root(), owner.isEmpty() ? "another" : owner));
  }

  @Override
  public void close() {
    try (FileChannel channel = file) {
      if (channel != null) {
        channel.truncate(0);
      }
    } catch (IOException e) {
      // It is let go all the same.
    }
  }
}
