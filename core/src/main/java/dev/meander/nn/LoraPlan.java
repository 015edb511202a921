package dev.meander.nn;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which layers an adapter adapts, each with its own rank and alpha.
 *
 * @param config rank and alpha of most layers, the targets and the start
 * @param sizes the sizes of every adapted layer, sorted by its name
 */
record LoraPlan(LoraConfig config, Map<String, Size> sizes) {
  static final String A = ".lora_A.weight";
  static final String B = ".lora_B.weight";

  LoraPlan {
    sizes = Collections.unmodifiableMap(new TreeMap<>(sizes));
  }

  /** The size of one layer's adapter. */
  record Size(int rank, double alpha) {
    /** The factor of the adapter's output. */
    double scale() {
      return alpha / rank;
    }
  }

  /** The same size for every layer that the configuration's targets match. */
  static LoraPlan of(Collection<String> layers, LoraConfig config) {
    Map<String, Size> sizes = new TreeMap<>();
    for (String layer : layers) {
      if (config.targets().stream().anyMatch(t -> LoraConfig.matches(layer, t))) {
        sizes.put(layer, new Size(config.rank(), config.alpha()));
      }
    }
    return new LoraPlan(config, sizes);
  }

  /** Targets of the configuration that match none of the layers. */
  static List<String> unmatched(Collection<String> layers, LoraConfig config) {
    return config.targets().stream()
        .filter(t -> layers.stream().noneMatch(name -> LoraConfig.matches(name, t)))
        .toList();
  }

  /**
   * The shape of every tensor of the adapter, sorted by name.
   *
   * @param layers [out, in] of the model's linear layers
   */
  Map<String, long[]> shapes(Map<String, long[]> layers) {
    Map<String, long[]> shapes = new TreeMap<>();
    sizes.forEach(
        (name, size) -> {
          long[] layer = layers.get(name);
          shapes.put(name + A, new long[] {size.rank(), layer[1]});
          shapes.put(name + B, new long[] {layer[0], size.rank()});
        });
    return shapes;
  }

  /** The layers whose rank or alpha is not the configuration's. */
  Map<String, Size> exceptions() {
    Map<String, Size> others = new TreeMap<>(sizes);
    others.values().removeAll(List.of(new Size(config.rank(), config.alpha())));
    return others;
  }

  /**
   * The targets as PEFT reads them: it knows no wildcards, so layers stand for a target of such.
   */
  List<String> plainTargets() {
    boolean plain = config.targets().stream().noneMatch(LoraConfig::isPattern);
    return plain ? config.targets() : List.copyOf(sizes.keySet());
  }

  /** [out, in] of every layer. */
  static Map<String, long[]> shapesOf(Map<String, Linear> linears) {
    Map<String, long[]> shapes = new TreeMap<>();
    linears.forEach((name, layer) -> shapes.put(name, new long[] {layer.out(), layer.in()}));
    return shapes;
  }

  /** {@code a, b, c and 9 more}. */
  static String some(Collection<String> names) {
    int shown = 4;
    String first = String.join(", ", names.stream().limit(shown).toList());
    return names.size() <= shown ? first : first + " and " + (names.size() - shown) + " more";
  }
}
