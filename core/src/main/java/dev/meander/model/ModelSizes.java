package dev.meander.model;

import dev.meander.text.TextOptions;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorStore;
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
 * @param parameters the parameters of each component with weights, by its name
 * @param layers [out, in] of the transformer's linear layers
 * @param textTokens the number S of rows of a prompt's conditioning
 */
public record ModelSizes(
    TransformerConfig transformer,
    VaeConfig vae,
    Map<String, Long> parameters,
    Map<String, long[]> layers,
    int textTokens) {
  private static final String WEIGHT = ".weight";

  /**
   * Reads a directory in diffusers' layout.
   *
   * @param options the options of the text encoders
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  public static ModelSizes read(Path dir, TextOptions options) {
    try (ModelDirectory files = new ModelDirectory(dir, true, true)) {
      PipelineParts parts = PipelineReaders.of(files).read(files);
      int textTokens = parts.textTokens(options);
      files.throwIfAny();
      Map<String, Long> parameters = new TreeMap<>();
      files.stores().forEach((part, store) -> parameters.put(part, count(store)));
      return new ModelSizes(
          parts.transformerConfig(),
          parts.vaeConfig(),
          Collections.unmodifiableMap(parameters),
          Collections.unmodifiableMap(layers(files.stores().get("transformer"))),
          textTokens);
    }
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
