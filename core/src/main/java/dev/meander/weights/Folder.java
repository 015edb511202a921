package dev.meander.weights;

import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Directories of files. */
public final class Folder {
  private Folder() {}

  /**
   * What is in it, sorted.
   *
   * @throws UserError when it cannot be read
   */
  public static List<Path> list(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UserError("cannot list %s: %s".formatted(directory, AtomicFile.reason(e)), e);
    }
  }

  /** Deletes a directory of plain files, if it is there. */
  public static void delete(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
