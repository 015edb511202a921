package dev.meander.nn;

import static dev.meander.nn.LoraPlan.A;
import static dev.meander.nn.LoraPlan.B;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.TensorCatalog;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A LoRA adapter read from its files and checked against the layers of a model.
 *
 * <p>Four layouts are known: PEFT's directory, diffusers' {@code pytorch_lora_weights.safetensors}
 * (with the configuration in its metadata, or without: then alpha is in tensors or keys of the
 * header, or else the rank of each layer), the latter without the prefix {@code transformer.}, as a
 * single diffusers model writes it, and a checkpoint of Meander's, within its run. Names are
 * understood as {@link LoraNames} says.
 */
public final class SavedLora {
  private static final String PICKLE = "adapter_model.bin";

  private static final int DEPTH = 3;

  /** Where trainers write one alpha for all layers. */
  private static final List<String> HEADER_ALPHAS =
      List.of(
          "alpha",
          "lora_alpha",
          "network_alpha",
          "ss_network_alpha",
          LoraFiles.DIFFUSERS_PREFIX + "lora_alpha");

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
    Optional<RunCheckpoint> checkpoint = RunCheckpoint.at(path);
    Optional<Path> config = checkpoint.isPresent() ? checkpoint.get().start() : config(path);
    Path weights = weights(path, checkpoint, config);
    try (TensorStore store = TensorStore.open(weights)) {
      Problems problems = new Problems();
      String headline = "the adapter in " + path + " cannot be used with this model";
      Reader reader = new Reader(store, config, layers, problems);
      problems.throwIfAny(headline);
      Optional<LoraPlan> plan = reader.plan(checkpoint);
      plan.ifPresent(reader::check);
      problems.throwIfAny(headline);
      Map<String, Tensor> tensors = reader.load();
      problems.throwIfAny(headline);
      return new SavedLora(plan.orElseThrow(), tensors);
    }
  }

  /**
   * The files that {@link #read} would read.
   *
   * @throws UserError when there is no adapter
   */
  public static List<Path> files(Path path) {
    Optional<RunCheckpoint> checkpoint = RunCheckpoint.at(path);
    Optional<Path> config = checkpoint.isPresent() ? Optional.empty() : config(path);
    Path weights = weights(path, checkpoint, config);
    return config.map(c -> List.of(c, weights)).orElse(List.of(weights));
  }

  private static Path weights(
      Path path, Optional<RunCheckpoint> checkpoint, Optional<Path> config) {
    if (checkpoint.isPresent()) {
      return checkpoint.get().weights();
    }
    if (config.isPresent()) {
      return config.get().resolveSibling(LoraFiles.WEIGHTS);
    }
    return Files.isDirectory(path) ? directoryWeights(path) : path;
  }

  private static Path directoryWeights(Path directory) {
    Path diffusers = directory.resolve(LoraFiles.DIFFUSERS_WEIGHTS);
    Path peft = directory.resolve(LoraFiles.WEIGHTS); // without its configuration
    return Files.isRegularFile(diffusers) ? diffusers : peft;
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
    if (Files.isRegularFile(path.resolve(LoraFiles.DIFFUSERS_WEIGHTS))
        || Files.isRegularFile(path.resolve(LoraFiles.WEIGHTS))) {
      return Optional.empty();
    }
    throw new UserError(
        peft
            ? "%s has %s, but %s is missing".formatted(path, LoraFiles.CONFIG, LoraFiles.WEIGHTS)
            : "%s holds no adapter: neither %s with %s (PEFT) nor %s (diffusers)%s"
                .formatted(
                    path,
                    LoraFiles.CONFIG,
                    LoraFiles.WEIGHTS,
                    LoraFiles.DIFFUSERS_WEIGHTS,
                    below(path)));
  }

  /** The adapters in folders of a folder that has none itself. */
  private static String below(Path path) {
    try (Stream<Path> walk = Files.walk(path, DEPTH)) {
      List<String> found =
          walk.filter(f -> f.endsWith(LoraFiles.WEIGHTS) || f.endsWith(LoraFiles.DIFFUSERS_WEIGHTS))
              .map(f -> path.relativize(f.getParent()).toString())
              .distinct()
              .sorted()
              .toList();
      return found.isEmpty() ? "" : "; there are some in " + LoraPlan.some(found);
    } catch (IOException | UncheckedIOException e) {
      return "";
    }
  }

  /** One open file, its tensors by the names that the model's layers give them. */
  private static final class Reader {
    private final TensorStore store;
    private final Optional<Path> config;
    private final Map<String, long[]> layers;
    private final Problems problems;
    private final String prefix;
    private final Map<String, String> stored; // plain name to that in the file
    private final Map<String, Double> alphas = new TreeMap<>(); // by layer, from tensors
    private final Set<String> found;

    Reader(
        TensorStore store, Optional<Path> config, Map<String, long[]> layers, Problems problems) {
      this.store = store;
      this.config = config;
      this.layers = layers;
      this.problems = problems;
      Optional<String> foreign = LoraNames.foreign(store.names(), store.path().toString());
      foreign.ifPresent(problems::add);
      LoraNames names = LoraNames.of(store.names(), problems);
      this.prefix = config.isPresent() ? LoraFiles.PREFIX : names.prefix();
      this.stored = new TreeMap<>(names.stored());
      this.found = names.layers();
      stored
          .entrySet()
          .removeIf(
              e -> !isPart(e.getKey()) && store.entry(e.getValue()).byteCount() == 0); // marks
      if (problems.isEmpty()) {
        requireNumbers();
      }
      if (problems.isEmpty()) {
        takeAlphas();
      }
    }

    private static boolean isPart(String plain) {
      return plain.endsWith(A) || plain.endsWith(B);
    }

    /** Integers are a quantised adapter's, and nothing is what an empty shard leaves. */
    private void requireNumbers() {
      List<Entry> parts =
          stored.entrySet().stream()
              .filter(e -> isPart(e.getKey()))
              .map(e -> store.entry(e.getValue()))
              .toList();
      long empty = parts.stream().filter(e -> e.byteCount() == 0).count();
      if (empty > 0) {
        problems.add(
            "%d of the %d tensors of its layers are empty; was it saved under ZeRO-3 without gathering the weights?"
                .formatted(empty, parts.size()));
        return;
      }
      parts.stream()
          .filter(e -> !e.dtype().isFloating())
          .findFirst()
          .ifPresent(
              e ->
                  problems.add(
                      "its tensors are no floating-point numbers: %s is %s; save it unquantised"
                          .formatted(e.name(), e.dtype().name().toLowerCase(Locale.ROOT))));
    }

    /** The scalars that kohya's and other trainers keep beside each layer. */
    private void takeAlphas() {
      for (String layer : found) {
        String name = stored.remove(layer + LoraNames.ALPHA);
        if (name == null) {
          continue;
        }
        Entry entry = store.entry(name);
        double value = Double.NaN;
        if (entry.byteCount() == entry.dtype().bytes()) {
          try (Tensor tensor = store.tensor(name)) {
            value = Tensors.scalar(tensor);
          }
        }
        if (!(value > 0) || Double.isInfinite(value)) {
          problems.add("%s must be one number above 0, found %s".formatted(name, value));
        }
        alphas.put(layer, value);
      }
    }

    Optional<LoraPlan> plan(Optional<RunCheckpoint> checkpoint) {
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
      if (checkpoint.isPresent()) {
        stored.keySet().removeIf(n -> !isPart(n)); // an average's counter
      }
      if (checkpoint.isPresent() && config.isEmpty()) {
        return Optional.of(withAlpha(checkpoint.get()::alpha));
      }
      String metadata = store.metadata().get(LoraFiles.DIFFUSERS_METADATA);
      if (config.isEmpty() && metadata == null) {
        return withoutConfig();
      }
      Optional<LoraPlan> plan =
          config.isPresent()
              ? PeftConfig.parse(
                  ConfigFile.read(config.get()), LoraFiles.CONFIG, found, layers.keySet(), problems)
              : PeftConfig.parse(
                  plain(metadata), LoraFiles.DIFFUSERS_METADATA, found, layers.keySet(), problems);
      plan.ifPresent(this::requireAgreement);
      return plan;
    }

    /** Alpha in tensors and in a configuration must be one. */
    private void requireAgreement(LoraPlan plan) {
      alphas.forEach(
          (layer, alpha) -> {
            LoraPlan.Size size = plan.sizes().get(layer);
            if (size != null && size.alpha() != alpha) {
              problems.add(
                  "alpha of %s is %s in its tensor and %s in its configuration"
                      .formatted(layer, alpha, size.alpha()));
            }
          });
    }

    private ObjectNode plain(String metadata) {
      String source = store.path() + ": " + LoraFiles.DIFFUSERS_METADATA;
      ObjectNode plain = JsonNodeFactory.instance.objectNode();
      for (Map.Entry<String, JsonNode> e : ConfigFile.parse(metadata, source).properties()) {
        String key = e.getKey();
        boolean prefixed = key.startsWith(LoraFiles.DIFFUSERS_PREFIX);
        plain.set(
            prefixed ? key.substring(LoraFiles.DIFFUSERS_PREFIX.length()) : key, e.getValue());
      }
      return plain;
    }

    /** Alpha from tensors, from the header, or as diffusers takes it: each layer's rank. */
    private Optional<LoraPlan> withoutConfig() {
      OptionalDouble header = headerAlpha();
      boolean peft = prefix.equals(LoraFiles.PREFIX);
      boolean ours = RunCheckpoint.isNamedAsOne(store.path()) && prefix.isEmpty();
      if (alphas.isEmpty() && header.isEmpty() && (peft || ours)) {
        problems.add(
            peft
                ? LoraFiles.CONFIG + " is missing, so alpha is unknown: put it beside the tensors"
                : "its alpha stands in the recipe.yaml of its run, which is not found from here; name RUN/checkpoints/step-N within the run, or RUN/adapter");
        return Optional.empty();
      }
      return Optional.of(
          withAlpha((layer, rank) -> alphas.getOrDefault(layer, header.orElse((double) rank))));
    }

    /** What trainers write into the header; two that differ are a problem. */
    private OptionalDouble headerAlpha() {
      Map<String, String> said = new TreeMap<>();
      for (String key : HEADER_ALPHAS) {
        String value = store.metadata().get(key);
        if (value != null && !value.equals("None") && !value.equals("Dynamic")) {
          said.put(key, value);
        }
      }
      Set<Double> values = new TreeSet<>();
      said.forEach(
          (key, value) -> {
            double number = number(value);
            if (!(number > 0) || Double.isInfinite(number)) {
              problems.add("%s in its header must be above 0, found %s".formatted(key, value));
            }
            values.add(number);
          });
      if (values.size() > 1) {
        problems.add("its header says several alphas: " + said);
      }
      return values.isEmpty()
          ? OptionalDouble.empty()
          : OptionalDouble.of(values.iterator().next());
    }

    private static double number(String text) {
      try {
        return Double.parseDouble(text.strip());
      } catch (NumberFormatException e) {
        return Double.NaN;
      }
    }

    /** Every layer in the file with the rank that its tensors have. */
    private LoraPlan withAlpha(BiFunction<String, Integer, Double> alpha) {
      Map<String, LoraPlan.Size> sizes = new TreeMap<>();
      Map<LoraPlan.Size, Integer> counts = new LinkedHashMap<>();
      for (String layer : found) {
        int rank = Math.max(1, rank(layer));
        LoraPlan.Size size = new LoraPlan.Size(rank, alpha.apply(layer, rank));
        sizes.put(layer, size);
        counts.merge(size, 1, Integer::sum);
      }
      LoraPlan.Size usual =
          counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
      sizes.keySet().retainAll(layers.keySet()); // the others are reported as unexpected
      return new LoraPlan(
          new LoraConfig(usual.rank(), usual.alpha(), List.copyOf(found), LoraInit.GAUSSIAN),
          sizes);
    }

    /** The rank that a layer's tensors have; 0 when they are none of an adapter's. */
    private int rank(String layer) {
      String a = stored.get(layer + A);
      String b = stored.get(layer + B);
      long[] shape = a == null ? store.entry(b).shape() : store.entry(a).shape();
      return shape.length == 2 ? (int) Math.min(Integer.MAX_VALUE, shape[a == null ? 1 : 0]) : 0;
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
        for (String target : LoraPlan.unmatched(layers.keySet(), plan.config())) {
          problems.add("the model has no linear layer " + target);
        }
      }
    }

    Map<String, Tensor> load() {
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      stored.forEach((plain, name) -> parameters.put(plain, store.tensor(name, DType.F32)));
      parameters.forEach(
          (plain, tensor) -> {
            if (!Tensors.isFinite(tensor)) {
              problems.add(stored.get(plain) + " has values that are not finite (NaN or infinite)");
            }
          });
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
