package dev.meander.nn;

import static dev.meander.nn.LoraPlan.A;
import static dev.meander.nn.LoraPlan.B;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.weights.DType;
import dev.meander.weights.TensorCatalog;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter read from its files and checked against the layers of a model.
 *
 * <p>Three layouts are known: PEFT's directory, diffusers' {@code pytorch_lora_weights.safetensors}
 * (with the configuration in its metadata, or without: then alpha is the rank of each layer), and
 * the latter without the prefix {@code transformer.}, as a single diffusers model writes it.
 */
public final class SavedLora {
  private static final String PICKLE = "adapter_model.bin";

  /** PEFT names the adapter in the tensors of its own state dict, not in its files. */
  private static final String NAMED_DEFAULT = ".default.weight";

  private final LoraPlan plan;
  private final Map<String, Tensor> parameters;

  private SavedLora(LoraPlan plan, Map<String, Tensor> parameters) {
    this.plan = plan;
    this.parameters = parameters;
  }

  /**
   * Reads an adapter.
   *
   * @param path a directory with an adapter in PEFT's or in diffusers' layout, or a {@code
   *     .safetensors} file in diffusers' layout
   * @param layers [out, in] of the model's linear layers by name
   * @throws UserError listing everything in which the files do not fit the model
   */
  public static SavedLora read(Path path, Map<String, long[]> layers) {
    Optional<Path> config = config(path);
    Path weights =
        config.isPresent()
            ? config.get().resolveSibling(LoraFiles.WEIGHTS)
            : Files.isDirectory(path) ? path.resolve(LoraFiles.DIFFUSERS_WEIGHTS) : path;
    try (TensorStore store = TensorStore.open(weights)) {
      Problems problems = new Problems();
      Reader reader = new Reader(store, config, layers, problems);
      Optional<LoraPlan> plan = reader.plan();
      plan.ifPresent(reader::check);
      problems.throwIfAny("the adapter in " + path + " cannot be used with this model");
      return new SavedLora(plan.orElseThrow(), reader.load());
    }
  }

  /** PEFT's configuration where the adapter has one. */
  private static Optional<Path> config(Path path) {
    boolean file = Files.isRegularFile(path);
    Path directory = file ? path.toAbsolutePath().getParent() : path;
    Path config = directory.resolve(LoraFiles.CONFIG);
    boolean peft = Files.isRegularFile(config);
    if (file) {
      boolean ofPeft = path.getFileName().toString().equals(LoraFiles.WEIGHTS);
      return peft && ofPeft ? Optional.of(config) : Optional.empty();
    }
    if (peft && Files.isRegularFile(path.resolve(LoraFiles.WEIGHTS))) {
      return Optional.of(config);
    }
    if (Files.isRegularFile(path.resolve(PICKLE))) {
      throw new UserError(
          "%s is a pickle, which can run any program when it is read: it is not opened here. Convert it in Python: safetensors.torch.save_file(torch.load(\"%s\", weights_only=True), \"%s\")"
              .formatted(path.resolve(PICKLE), PICKLE, LoraFiles.WEIGHTS));
    }
    if (Files.isRegularFile(path.resolve(LoraFiles.DIFFUSERS_WEIGHTS))) {
      return Optional.empty();
    }
    throw new UserError(
        peft
            ? "%s has %s, but %s is missing".formatted(path, LoraFiles.CONFIG, LoraFiles.WEIGHTS)
            : "%s holds no adapter: neither %s with %s (PEFT) nor %s (diffusers)"
                .formatted(path, LoraFiles.CONFIG, LoraFiles.WEIGHTS, LoraFiles.DIFFUSERS_WEIGHTS));
  }

  /** One open file, its tensors by the names that the model's layers give them. */
  private static final class Reader {
    private final TensorStore store;
    private final Optional<Path> config;
    private final Map<String, long[]> layers;
    private final Problems problems;
    private final String prefix;
    private final Map<String, String> stored = new TreeMap<>(); // plain name to that in the file

    Reader(
        TensorStore store, Optional<Path> config, Map<String, long[]> layers, Problems problems) {
      this.store = store;
      this.config = config;
      this.layers = layers;
      this.problems = problems;
      prefix =
          config.isPresent()
              ? LoraFiles.PREFIX
              : store.names().stream().anyMatch(n -> n.startsWith(LoraFiles.DIFFUSERS_PREFIX))
                  ? LoraFiles.DIFFUSERS_PREFIX
                  : "";
      for (String name : store.names()) {
        String plain = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
        if (plain.endsWith(NAMED_DEFAULT)) {
          plain = plain.substring(0, plain.length() - NAMED_DEFAULT.length()) + ".weight";
        }
        stored.put(plain, name);
      }
    }

    private Set<String> foundLayers() {
      Set<String> found = new TreeSet<>();
      stored.keySet().stream()
          .filter(n -> n.endsWith(A) || n.endsWith(B))
          .forEach(n -> found.add(n.substring(0, n.length() - A.length())));
      return found;
    }

    Optional<LoraPlan> plan() {
      Set<String> found = foundLayers();
      if (found.isEmpty()) {
        problems.add(
            "%s has no tensor named <layer>%s; it has %s"
                .formatted(store.path().getFileName(), A, LoraPlan.some(store.names())));
        return Optional.empty();
      }
      if (found.stream().noneMatch(layers::containsKey)) {
        problems.add(
            "it is for another architecture: found adapters of %s; expected some of %s"
                .formatted(LoraPlan.some(found), LoraPlan.some(layers.keySet())));
        return Optional.empty();
      }
      if (config.isPresent()) {
        JsonNode node = ConfigFile.read(config.get());
        return PeftConfig.parse(node, LoraFiles.CONFIG, layers.keySet(), problems);
      }
      String metadata = store.metadata().get(LoraFiles.DIFFUSERS_METADATA);
      return metadata == null
          ? Optional.of(withoutConfig(found))
          : PeftConfig.parse(
              plain(metadata), LoraFiles.DIFFUSERS_METADATA, layers.keySet(), problems);
    }

    private static ObjectNode plain(String metadata) {
      ObjectNode plain = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> e :
          ConfigFile.parse(metadata, LoraFiles.DIFFUSERS_METADATA).properties()) {
        String key = e.getKey();
        boolean prefixed = key.startsWith(LoraFiles.DIFFUSERS_PREFIX);
        plain.set(
            prefixed ? key.substring(LoraFiles.DIFFUSERS_PREFIX.length()) : key, e.getValue());
      }
      return plain;
    }

    /** Every layer in the file with the rank that its tensors have, and alpha equal to it. */
    private LoraPlan withoutConfig(Set<String> found) {
      Map<String, LoraPlan.Size> sizes = new TreeMap<>();
      Map<Integer, Integer> counts = new TreeMap<>();
      for (String layer : found) {
        int rank = Math.max(1, rank(layer));
        sizes.put(layer, new LoraPlan.Size(rank, rank));
        counts.merge(rank, 1, Integer::sum);
      }
      int usual =
          counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      sizes.keySet().retainAll(layers.keySet()); // the others are reported as unexpected
      return new LoraPlan(
          new LoraConfig(usual, usual, List.copyOf(found), LoraInit.GAUSSIAN), sizes);
    }

    /** The rank that a layer's tensors have; 0 when they are none of an adapter's. */
    private int rank(String layer) {
      String a = stored.get(layer + A);
      String b = stored.get(layer + B);
      long[] shape = a == null ? store.entry(b).shape() : store.entry(a).shape();
      return shape.length == 2 ? Math.toIntExact(shape[a == null ? 1 : 0]) : 0;
    }

    void check(LoraPlan plan) {
      Map<String, LoraPlan.Size> found = new TreeMap<>(plan.sizes());
      Map<String, String> ranks = new TreeMap<>();
      found.replaceAll(
          (layer, size) -> {
            boolean there = stored.containsKey(layer + A) || stored.containsKey(layer + B);
            int rank = there ? rank(layer) : size.rank();
            if (rank == size.rank() || rank == 0) {
              return size;
            }
            ranks.put(layer, "rank %d found, %d expected".formatted(rank, size.rank()));
            return new LoraPlan.Size(rank, size.alpha());
          });
      if (!ranks.isEmpty()) {
        problems.add(
            "%d of %d layers have another rank than the configuration says: %s"
                .formatted(
                    ranks.size(),
                    plan.sizes().size(),
                    LoraPlan.some(
                        ranks.entrySet().stream()
                            .map(e -> e.getKey() + " (" + e.getValue() + ")")
                            .toList())));
      }
      Map<String, long[]> expected = new TreeMap<>();
      new LoraPlan(plan.config(), found)
          .shapes(layers)
          .forEach((name, shape) -> expected.put(stored.getOrDefault(name, prefix + name), shape));
      Map<String, long[]> present = new TreeMap<>();
      stored.values().forEach(name -> present.put(name, store.entry(name).shape()));
      try {
        new TensorCatalog(store.path().toString(), present).requireExactly(expected);
      } catch (UserError e) {
        problems.add(e.getMessage());
      }
    }

    Map<String, Tensor> load() {
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      stored.forEach((plain, name) -> parameters.put(plain, store.tensor(name, DType.F32)));
      return parameters;
    }
  }

  LoraPlan plan() {
    return plan;
  }

  /** Rank and alpha of most layers, and the targets. */
  public LoraConfig config() {
    return plan.config();
  }

  /** The adapted layers. */
  public Set<String> layers() {
    return plan.sizes().keySet();
  }

  /** The tensors {@code <layer>.lora_A.weight} and {@code <layer>.lora_B.weight}, float32. */
  public Map<String, Tensor> parameters() {
    return parameters;
  }

  /** What the adapter adds to a layer's weight: {@code (alpha / r) * B A} [out, in], float32. */
  public Tensor delta(String layer) {
    return parameters
        .get(layer + B)
        .matmul(parameters.get(layer + A))
        .mul(new Scalar(plan.sizes().get(layer).scale()));
  }
}
