package dev.meander.train;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.ProgressFile;
import dev.meander.internal.runs.TraceStore;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where a run lives.
 *
 * @param root the directory
 */
public record RunDirectory(Path root) {
  /** What runs and pretraining write into it. */
  private static final Set<String> WRITTEN =
      Set.of(
          ".adapter-best",
          ".lock",
          "." + ProgressFile.NAME,
          "adapter",
          "adapter-best",
          "adapter-raw",
          "adapter-start",
          "checkpoints",
          "evaluations",
          "explain.html",
          "metrics.jsonl",
          "mlflow.json",
          "model",
          ProgressFile.NAME,
          "provenance.json",
          "recipe.yaml",
          "report.html",
          "samples",
          "tensorboard",
          TraceStore.FOLDER);

  /** {@code recipe.yaml}: the resolved recipe. */
  public Path recipe() {
    return root.resolve("recipe.yaml");
  }

  /** {@code provenance.json}. */
  public Path provenance() {
    return root.resolve("provenance.json");
  }

  /** {@code metrics.jsonl}. */
  public Path metrics() {
    return root.resolve("metrics.jsonl");
  }

  /** {@code tensorboard/}. */
  public Path tensorBoard() {
    return root.resolve("tensorboard");
  }

  /** {@code checkpoints/}. */
  public Path checkpoints() {
    return root.resolve("checkpoints");
  }

  /** {@code samples/}: grids of images. */
  public Path samples() {
    return root.resolve("samples");
  }

  /** {@code adapter/}: the trained weights; their moving average where the run keeps one. */
  public Path adapter() {
    return root.resolve("adapter");
  }

  /** {@code adapter-best/}: the weights of the best evaluation, and its score. */
  public Path bestAdapter() {
    return root.resolve("adapter-best");
  }

  /** {@code adapter-raw/}: beside a moving average, the weights of the last update themselves. */
  public Path rawAdapter() {
    return root.resolve("adapter-raw");
  }

  /** {@code adapter-start/}: the adapter that the run started from, where there was one. */
  public Path startAdapter() {
    return root.resolve("adapter-start");
  }

  /** {@code report.html}. */
  public Path report() {
    return root.resolve("report.html");
  }

  /** {@code .lock}: held by the process that trains here. */
  Path lock() {
    return root.resolve(".lock");
  }

  /** Whether a file is the recipe that a run wrote here. */
  public boolean isRecipe(Path file) {
    return file.equals(recipe()) && Files.exists(provenance());
  }

  /** Whether a run was started here. */
  public boolean exists() {
    return Files.exists(recipe());
  }

  /**
   * Checks that no run was started here.
   *
   * @throws UserError when there is one
   */
  void requireNew() {
    if (exists()) {
      throw new UserError(
          "%s already holds a run; continue it with --resume or meander resume %s, replace it with --overwrite, or give another directory with --out"
              .formatted(root, root));
    }
  }

  /**
   * Checks that nothing lies here that no run wrote.
   *
   * @throws UserError naming it
   */
  void requireReplaceable() {
    List<String> others =
        entries().stream()
            .map(entry -> entry.getFileName().toString())
            .filter(name -> !WRITTEN.contains(name) && !WRITTEN.contains(named(name)))
            .sorted()
            .toList();
    if (!others.isEmpty()) {
      throw new UserError(
          "%s holds a run and %s; --overwrite deletes what runs write and nothing else: move that away, or give another directory with --out"
              .formatted(root, String.join(", ", others)));
    }
  }

  /** What {@link AtomicFile#aside} is the other name of. */
  private static String named(String aside) {
    return aside.replaceFirst("^\\.(.*)\\.tmp$", "$1");
  }

  /**
   * Deletes the run that lies here; the lock stays.
   *
   * @throws UserError when something else lies here, too, or it cannot be deleted
   */
  public void clear() {
    requireReplaceable();
    try {
      for (Path entry : entries()) {
        if (!entry.equals(lock())) {
          Folder.delete(entry);
        }
      }
    } catch (IOException e) {
      throw new UserError("cannot delete the run in " + root + ": " + StrictJson.fault(e), e);
    }
  }

  private List<Path> entries() {
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    } catch (IOException e) {
      throw new UserError("cannot list " + root + ": " + StrictJson.fault(e), e);
    }
  }

  /**
   * Makes the directory for a new run.
   *
   * @throws UserError when it holds a run or anything else, or cannot be written
   */
  public void create() {
    requireNew();
    try {
      Files.createDirectories(root);
      try (Stream<Path> entries = Files.list(root)) {
        List<Path> own = List.of(lock(), AtomicFile.aside(recipe()));
        if (entries.anyMatch(entry -> !own.contains(entry))) {
          throw new UserError(root + " is not empty; give a new or an empty directory with --out");
        }
      }
    } catch (IOException e) {
      throw new UserError(
          "cannot create the run directory " + root + ": " + StrictJson.fault(e), e);
    }
    if (!Files.isWritable(root)) {
      throw new UserError("cannot write to " + root + "; give another directory with --out");
    }
  }

  /**
   * Makes the folder of the sample sheets; later than {@link #create}, whose first file is the
   * recipe.
   */
  void makeSamples() {
    try {
      Files.createDirectories(samples());
    } catch (IOException e) {
      throw new UserError("cannot create " + samples() + ": " + StrictJson.fault(e), e);
    }
  }
}
