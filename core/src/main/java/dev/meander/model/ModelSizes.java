package dev.meander.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model directory says about its sizes, from its JSON files and the headers of its
 * safetensors files alone: nothing is loaded.
 *
 * @param transformer its configuration
 * @param vae its configuration
 * @param parameters of each component with weights, by its name
 * @param layers [out, in] of the transformer's linear layers
 * @param textTokens S, rows of a prompt's conditioning
 */
public record ModelSizes(
    Sd3Config transformer,
    VaeConfig vae,
    Map<String, Long> parameters,
    Map<String, long[]> layers,
    int textTokens) {
  private static final String WEIGHT = ".weight";

  /**
   * Reads a directory in diffusers' layout.
   *
   * @param t5Tokens as {@link Pipeline#load}
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  public static ModelSizes read(Path dir, int t5Tokens) {
    Problems problems = new Problems();
    PipelineConfig config = PipelineConfig.read(dir, problems);
    Map<String, Long> parameters = new TreeMap<>();
    Map<String, long[]> layers = new TreeMap<>();
    for (String name : PipelineConfig.WITH_WEIGHTS) {
      Path part = dir.resolve(name);
      if (Files.isDirectory(part)) {
        PipelineConfig.attempt(
            problems,
            () -> {
              try (TensorStore store = TensorStore.open(part)) {
                parameters.put(name, count(store));
                if (name.equals("transformer")) {
                  layers.putAll(layers(store));
                }
              }
              return null;
            });
      } else if (Files.isDirectory(dir)) {
        problems.add("there is no directory " + part);
      }
    }
    problems.throwIfAny(dir + " cannot be planned with");
    int t5 = t5Tokens < 0 ? config.meander().t5Tokens() : t5Tokens;
    return new ModelSizes(
        config.transformer(),
        config.vae(),
        Collections.unmodifiableMap(parameters),
        Collections.unmodifiableMap(layers),
        promptLength(dir) + t5);
  }

  private static int promptLength(Path dir) {
    Path file = dir.resolve("tokenizer/tokenizer_config.json");
    int clip = 77;
    if (!Files.isRegularFile(file)) {
      return clip;
    }
    ObjectNode node = ConfigFile.read(file);
    return node.path("model_max_length").asInt(clip);
  }

  private static long count(TensorStore store) {
    return store.names().stream().map(store::entry).mapToLong(ModelSizes::elements).sum();
  }

  private static long elements(Entry entry) {
    return Arrays.stream(entry.shape()).reduce(1, Math::multiplyExact);
  }

  private static Map<String, long[]> layers(TensorStore store) {
    Map<String, long[]> layers = new TreeMap<>();
    for (String name : store.names()) {
      long[] shape = store.entry(name).shape();
      if (name.endsWith(WEIGHT) && shape.length == 2) {
        layers.put(name.substring(0, name.length() - WEIGHT.length()), shape);
      }
    }
    return layers;
  }

  /** Parameters of all text encoders. */
  public long textParameters() {
    return parameters.entrySet().stream()
        .filter(e -> e.getKey().startsWith("text_encoder"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }
}
