package dev.meander.internal.runs;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.FileVisitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A folder with runs in it. Nothing that lies elsewhere is read, whatever links say.
 *
 * @param root its real path
 */
public record RunsFolder(Path root) {
  /** The metrics' name in the folder of a run. */
  public static final String METRICS = "metrics.jsonl";

  /** The resolved recipe's name in the folder of a run. */
  public static final String RECIPE = "recipe.yaml";

  /** The provenance's name in the folder of a run. */
  public static final String PROVENANCE = "provenance.json";

  private static final int DEPTH = 4;

  /**
   * The folder of that name.
   *
   * @throws UserError when there is none
   */
  public static RunsFolder of(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new UserError("there is no folder " + folder + "; give the one that holds your runs");
    }
    try {
      return new RunsFolder(folder.toRealPath());
    } catch (IOException e) {
      throw new UserError(folder + " cannot be read: " + StrictJson.fault(e), e);
    }
  }

  /**
   * Directories of runs by their path within the folder, with slashes; "." is the folder itself.
   */
  SortedMap<String, Path> runs() {
    SortedMap<String, Path> found = new TreeMap<>();
    FileVisitor<Path> visitor =
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            if (isRun(directory)) {
              found.put(id(directory), directory);
              return FileVisitResult.SKIP_SUBTREE;
            }
            boolean hidden = directory.getFileName().toString().startsWith(".");
            return hidden && !directory.equals(root)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          /** The deepest directories come as files. */
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isDirectory() && isRun(file)) {
              found.put(id(file), file);
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) {
            return FileVisitResult.CONTINUE; // not ours to read, or gone meanwhile
          }
        };
    try {
      Files.walkFileTree(root, EnumSet.noneOf(FileVisitOption.class), DEPTH, visitor);
    } catch (IOException e) {
      return found; // as far as it could be read
    }
    return found;
  }

  private static boolean isRun(Path directory) {
    return Files.exists(directory.resolve(METRICS)) || Files.exists(directory.resolve(RECIPE));
  }

  /** What a run is called by. */
  String id(Path directory) {
    String path = root.relativize(directory).toString().replace('\\', '/');
    return path.isEmpty() ? "." : path;
  }

  /** The real path of a file within the folder; empty when there is none, or it leads elsewhere. */
  public Optional<Path> inside(Path file) {
    try {
      Path real = file.toRealPath();
      return real.startsWith(root) && Files.isRegularFile(real)
          ? Optional.of(real)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
