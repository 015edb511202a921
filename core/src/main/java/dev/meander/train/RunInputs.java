package dev.meander.train;

import dev.meander.config.ConfigFile;
import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.model.ModelFiles;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The files that a run is made of, by what they are for. */
final class RunInputs {
  static final String MODEL = "model/";
  static final String PROMPTS = "data.prompts";
  static final String HELD_OUT = "evaluation.prompts";

  private RunInputs() {}

  /**
   * Every file there is: the model's as {@code model/...}, prompts by their setting, those of
   * rewards by their path.
   *
   * @param rewards the rewards of the run, of which those that were given have no files
   */
  static SortedMap<String, Path> of(TrainConfig config, RewardSet rewards) {
    SortedMap<String, Path> inputs = new TreeMap<>();
    ModelFiles.of(config.model().directory()).forEach((name, f) -> inputs.put(MODEL + name, f));
    RewardFiles.of(config, rewards).forEach(file -> inputs.put(file.toString(), file));
    for (String setting : List.of(PROMPTS, HELD_OUT)) {
      Path file = Path.of(source(config, setting));
      if (Files.isRegularFile(file)) {
        inputs.put(setting, file);
      }
    }
    return inputs;
  }

  /**
   * The hashes that a run's provenance has, by what the files were for.
   *
   * @param started the configuration that it began with
   * @return nothing where the run has none
   */
  static SortedMap<String, String> recorded(RunDirectory run, TrainConfig started) {
    SortedMap<String, String> recorded = new TreeMap<>();
    if (!Files.exists(run.provenance())) {
      return recorded;
    }
    Path model = started.model().directory();
    for (var entry : ConfigFile.read(run.provenance()).path("sha256").properties()) {
      Path path = path(entry.getKey(), run);
      String hash = entry.getValue().asText();
      boolean prompts = false;
      for (String setting : List.of(PROMPTS, HELD_OUT)) {
        if (entry.getKey().equals(source(started, setting))) {
          recorded.put(setting, hash);
          prompts = true;
        }
      }
      if (isStart(path, started)) {
        continue; // the run has it by now
      }
      if (path.startsWith(model)) {
        recorded.put(MODEL + model.relativize(path).toString().replace('\\', '/'), hash);
      } else if (!prompts) {
        recorded.put(entry.getKey(), hash);
      }
    }
    return recorded;
  }

  private static Path path(String text, RunDirectory run) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new UserError(run.provenance() + " is damaged: it names a file that cannot be", e);
    }
  }

  /** Whether a file is of the adapter that the run started from. */
  private static boolean isStart(Path file, TrainConfig started) {
    if (!(started.policy() instanceof TrainConfig.Lora lora) || lora.lora().from().isEmpty()) {
      return false;
    }
    Path from = Home.resolve(lora.lora().from().get()).toAbsolutePath().normalize();
    Path absolute = file.toAbsolutePath().normalize();
    return absolute.startsWith(from) || absolute.equals(from.resolveSibling("adapter_config.json"));
  }

  /** Which settings may have another path, for what lies there is known. */
  static Set<String> known(SortedMap<String, String> recorded) {
    Set<String> known = new TreeSet<>();
    for (String setting : List.of(PROMPTS, HELD_OUT)) {
      if (recorded.containsKey(setting)) {
        known.add(setting);
      }
    }
    if (isWhole(recorded)) {
      known.add("model.path");
    }
    return known;
  }

  /** Runs of earlier versions recorded weights only. */
  private static boolean isWhole(SortedMap<String, String> recorded) {
    return recorded.containsKey(MODEL + "model_index.json");
  }

  /** What is not as it was recorded, in words. */
  static List<String> changes(SortedMap<String, String> recorded, SortedMap<String, Path> now) {
    List<String> changes = new ArrayList<>();
    boolean whole = isWhole(recorded);
    recorded.forEach(
        (name, hash) -> {
          Path file = now.get(name);
          // Earlier versions recorded weights that lie beside those that loading uses.
          if (file == null && (whole || !name.startsWith(MODEL))) {
            changes.add(name + " is no longer there");
          } else if (file != null && !Provenance.hash(file).equals(hash)) {
            changes.add(
                name.equals(file.toString())
                    ? name + " has changed"
                    : "%s has changed (%s)".formatted(name, file));
          }
        });
    for (Map.Entry<String, Path> entry : now.entrySet()) {
      if (whole && !recorded.containsKey(entry.getKey())) {
        changes.add(entry.getKey() + " is new");
      }
    }
    return changes;
  }

  private static String source(TrainConfig config, String setting) {
    return setting.equals(PROMPTS) ? config.data().prompts() : config.evaluation().prompts();
  }
}
