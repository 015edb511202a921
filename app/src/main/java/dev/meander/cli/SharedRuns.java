package dev.meander.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.ConfigWriter;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Trainings that several studies ask for: one that is finished is not done again.
 *
 * @param own the folder of the study that asks; the others lie beside it
 */
record SharedRuns(Path own) {
  /**
   * A finished run of another study with the same settings and seed, by the same program from the
   * same files.
   */
  Optional<RunDirectory> find(TrainConfig config) {
    Path here = own.toAbsolutePath().normalize();
    ObjectNode wanted = settings(config);
    return folders(here.getParent()).stream()
        .filter(study -> !study.equals(here))
        .flatMap(study -> folders(study).stream())
        .filter(run -> run.getFileName().toString().endsWith("-" + config.seed()))
        .map(RunDirectory::new)
        .filter(run -> isOf(run, wanted))
        .findFirst();
  }

  /** Copies a run to where this study looks for it, under this study's name for it. */
  static void take(RunDirectory from, TrainConfig config, RunDirectory to) {
    Path half = AtomicFile.aside(to.root());
    try {
      Folder.delete(half); // what a kill left of another
      try (Stream<Path> files = Files.walk(from.root())) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path copy = half.resolve(from.root().relativize(file));
          Files.createDirectories(copy.getParent());
          Files.copy(file, copy);
        }
      }
      AtomicFile.write(new RunDirectory(half).recipe(), ConfigWriter.toYaml(config));
      Files.move(half, to.root());
    } catch (IOException e) {
      throw new UserError(
          "cannot copy %s to %s: %s".formatted(from.root(), to.root(), StrictJson.fault(e)), e);
    }
  }

  private static ObjectNode settings(TrainConfig config) {
    ObjectNode tree = ConfigWriter.toTree(config).deepCopy();
    return tree.without(List.of("name", "description"));
  }

  private static boolean isOf(RunDirectory run, ObjectNode wanted) {
    if (!run.exists() || !Files.exists(run.provenance())) {
      return false;
    }
    try { // first what takes least: metrics are long, and hashing reads the model
      return settings(read(run.recipe(), TrainConfig.class)).equals(wanted)
          && FinishedRun.isFinished(run)
          && isRepeatable(run);
    } catch (UserError e) {
      return false; // of another version, or of files that are no longer there
    }
  }

  private static boolean isRepeatable(RunDirectory run) {
    Provenance then = read(run.provenance(), Provenance.class);
    List<Path> files = then.sha256().keySet().stream().map(Path::of).toList();
    return then.isRepeatedBy(Provenance.collect(Map.of(), files));
  }

  private static <T extends Record> T read(Path file, Class<T> type) {
    return Binder.bind(ConfigFile.read(file), type, file.toString());
  }

  private static List<Path> folders(Path parent) {
    return Files.isDirectory(parent)
        ? Folder.list(parent).stream().filter(Files::isDirectory).toList()
        : List.of();
  }
}
