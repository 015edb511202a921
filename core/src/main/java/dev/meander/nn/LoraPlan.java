package dev.meander.nn;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which layers an adapter adapts, each with its own rank and alpha.
 *
 * @param config the rank and alpha of most layers, the targets and the start
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
   * In which of these numbers the plan differs from what was asked for; empty ones ask for nothing.
   *
   * @param layers the model's linear layers
   */
  List<String> differences(
      Collection<String> layers,
      Optional<Integer> rank,
      Optional<Double> alpha,
      Optional<List<String>> targets) {
    List<String> differences = new ArrayList<>();
    rank.ifPresent(r -> difference("rank", r, Size::rank).ifPresent(differences::add));
    alpha.ifPresent(a -> difference("alpha", a, Size::alpha).ifPresent(differences::add));
    targets.ifPresent(
        t -> {
          LoraConfig asked = new LoraConfig(config.rank(), config.alpha(), t, config.init());
          Set<String> meant = of(layers, asked).sizes().keySet();
          Set<String> all = new TreeSet<>(meant);
          all.addAll(sizes.keySet());
          all.removeIf(name -> meant.contains(name) && sizes.containsKey(name));
          if (!all.isEmpty()) {
            differences.add(
                "targets mean %d layers and it has %d; in one of them alone are %s"
                    .formatted(meant.size(), sizes.size(), some(all)));
          }
        });
    return differences;
  }

  private <N> Optional<String> difference(String key, N asked, Function<Size, N> of) {
    List<String> others =
        sizes.entrySet().stream()
            .filter(e -> !of.apply(e.getValue()).equals(asked))
            .map(e -> "%s (%s)".formatted(e.getKey(), of.apply(e.getValue())))
            .toList();
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%s is %s here and another in %d of its %d layers: %s"
                .formatted(key, asked, others.size(), sizes.size(), some(others)));
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
