package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.weights.Folder;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** The files that a recipe's rewards are read from: those that train, that watch, that judge. */
final class RewardFiles {
  private static final String SAFETENSORS = ".safetensors";
  private static final String ONNX = ".onnx";
  private static final List<String> READ = List.of(SAFETENSORS, ONNX, ".json", ".txt");
  private static final long FLOAT = 4;

  private RewardFiles() {}

  /**
   * Every file there is, once; of directories, those that rewards read.
   *
   * @param rewards the rewards of the run, of which those that were given have no files
   */
  static List<Path> of(TrainConfig config, RewardSet rewards) {
    Set<Path> files = new TreeSet<>();
    loaded(config, name -> !rewards.isGiven(name)).forEach(l -> files.addAll(l.files()));
    return List.copyOf(files);
  }

  /**
   * Bytes of the networks in memory: safetensors as float32, ONNX as the file. A reward that is
   * used twice is loaded once; files that are missing do not count.
   */
  static long bytes(TrainConfig config) {
    return loaded(config, name -> true).stream()
        .flatMap(l -> l.files().stream())
        .mapToLong(RewardFiles::bytes)
        .sum();
  }

  /** One loading of a reward. */
  private record Loaded(String name, JsonNode config) {
    static Loaded of(String name, JsonNode config) {
      return new Loaded(name, Rewards.provider(name).loading(config));
    }

    Set<Path> files() {
      RewardProvider provider = Rewards.provider(name);
      Set<Path> files = new TreeSet<>();
      for (Path path : provider.files(config)) {
        if (Files.isRegularFile(path)) {
          files.add(path);
        } else if (Files.isDirectory(path)) {
          files.addAll(within(path));
        }
      }
      return files;
    }
  }

  private static Set<Loaded> loaded(TrainConfig config, Predicate<String> counts) {
    TrainConfig.RewardTerm judge = config.evaluation().reward();
    Map<String, List<JsonNode>> all = new LinkedHashMap<>();
    config.rewards().forEach(r -> add(all, counts, r.name(), r.config()));
    config.goldRewards().forEach(r -> add(all, counts, r.name(), r.config()));
    add(all, counts, judge.name(), judge.config());
    Set<Loaded> loaded = new LinkedHashSet<>();
    all.forEach((name, configs) -> configs.forEach(c -> loaded.add(Loaded.of(name, c))));
    return loaded;
  }

  private static void add(
      Map<String, List<JsonNode>> all, Predicate<String> counts, String name, JsonNode config) {
    if (counts.test(name)) {
      all.computeIfAbsent(name, key -> new ArrayList<>()).add(config);
      Rewards.inner(Rewards.provider(name), config)
          .ifPresent(inner -> add(all, counts, inner.name(), inner.config()));
    }
  }

  private static List<Path> within(Path directory) {
    return Folder.list(directory).stream()
        .filter(f -> READ.stream().anyMatch(f.toString()::endsWith) && Files.isRegularFile(f))
        .toList();
  }

  private static long bytes(Path file) {
    if (file.toString().endsWith(SAFETENSORS)) {
      try (TensorStore store = TensorStore.open(file)) {
        return store.catalog().shapes().values().stream()
            .mapToLong(shape -> FLOAT * LongStream.of(shape).reduce(1, (a, b) -> a * b))
            .sum();
      }
    }
    try {
      return file.toString().endsWith(ONNX) ? Files.size(file) : 0;
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
