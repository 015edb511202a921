package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigWriter;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.model.ModelFiles;
import dev.meander.tensor.Tensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;

/** What must be equal in all processes that train together, by name. */
final class Fingerprint {
  private Fingerprint() {}

  /** The settings of a recipe. */
  static Map<String, String> of(TrainConfig config) {
    Map<String, String> settings = new TreeMap<>();
    flatten("", ConfigWriter.toTree(config), settings);
    return settings;
  }

  /** The settings, by their dotted keys, in which two recipes differ. */
  static Set<String> differences(JsonNode one, JsonNode other) {
    Map<String, String> before = new TreeMap<>();
    Map<String, String> now = new TreeMap<>();
    flatten("", one, before);
    flatten("", other, now);
    Set<String> keys = new TreeSet<>(before.keySet());
    keys.addAll(now.keySet());
    keys.removeIf(key -> Objects.equals(before.get(key), now.get(key)));
    return keys;
  }

  private static void flatten(String path, JsonNode node, Map<String, String> into) {
    if (node.isObject()) {
      node.properties()
          .forEach(
              e ->
                  flatten(
                      path.isEmpty() ? e.getKey() : path + "." + e.getKey(), e.getValue(), into));
    } else {
      into.put(path, node.toString());
    }
  }

  /** The program, its threads, the model's files and what is trained of it. */
  static Map<String, String> of(TrainConfig config, PolicyWeights weights) {
    Map<String, String> all = new TreeMap<>();
    Provenance program = Provenance.collect(Map.of(), List.of());
    all.put("version", program.version());
    program.gitCommit().ifPresent(commit -> all.put("git commit", commit));
    all.put("engine", program.engine());
    all.put("threads", Integer.toString(program.threads()));
    ModelFiles.of(config.model().directory())
        .forEach((name, file) -> all.put("bytes of " + name, Long.toString(size(file))));
    CRC32 names = new CRC32();
    weights
        .parameters()
        .forEach(
            (name, weight) ->
                names.update(
                    (name + Arrays.toString(Tensors.shape(weight)) + weight.scalar_type().intern())
                        .getBytes(StandardCharsets.UTF_8)));
    all.put(
        "trained tensors",
        "%d, names and shapes %08x".formatted(weights.parameters().size(), names.getValue()));
    return all;
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UserError("cannot read " + file + ": " + StrictJson.fault(e), e);
    }
  }
}
