package dev.meander.model;

import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.nn.SavedLora;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.AtomicFile;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.Folder;
import dev.meander.weights.Links;
import dev.meander.weights.SafetensorsFile;
import dev.meander.weights.SafetensorsFile.Entry;
import dev.meander.weights.SafetensorsWriter;
import dev.meander.weights.SafetensorsWriter.TensorData;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;

/**
 * Writes a model directory with what was trained already in the transformer's weights: {@code W +
 * (alpha / r) B A}, computed in float32 and rounded to the type that each tensor has in the file.
 *
 * <p>It knows no architecture: every matrix of the transformer is a layer that an adapter may name.
 * One tensor is in memory at a time.
 *
 * @param model the model's directory, in diffusers' layout
 * @param trained an adapter, a directory with all weights of a transformer, or a checkpoint
 * @param floatsAs the type of the transformer's floating-point tensors; empty keeps each one's own
 */
public record ModelMerge(Path model, Path trained, Optional<DType> floatsAs) {
  private static final String TRANSFORMER = "transformer";
  private static final String WEIGHT = ".weight";
  private static final String POLICY = "policy.safetensors";
  private static final String AVERAGE = "ema.safetensors";
  private static final String POSITIONS = "pos_embed.pos_embed";

  /** Whole models, and weights in other forms, that lie beside the directories of a model. */
  private static final List<String> WEIGHTS =
      List.of(
          ".safetensors",
          ".bin",
          ".ckpt",
          ".pt",
          ".pth",
          ".msgpack",
          ".gguf",
          ".h5",
          ".onnx",
          ".onnx_data");

  private static final Pattern INDEX = Pattern.compile(".*\\.index(\\.[^.]+)?\\.json");

  /** File name of a transformer with all its weights, as training writes it. */
  public static final String ALL_WEIGHTS = "diffusion_pytorch_model.safetensors";

  /**
   * What was merged.
   *
   * @param changed the tensors that differ from the model's
   * @param files the files of the transformer's weights
   */
  public record Result(int changed, int files) {}

  /** The transformer's tensors after the merge. */
  private interface Source {
    /** The merged values of a stored tensor, float32; empty when it is as it was. */
    Optional<Tensor> merged(String name);

    /** How many tensors are not as they were. */
    int changed();
  }

  /** As {@link #write(Path, boolean)}, where nothing may lie there. */
  public Result write(Path out) {
    return write(out, false);
  }

  /**
   * Writes the directory: beside its place, and moved there when it is whole.
   *
   * @param overwrite whether it may take the place of another model
   * @throws UserError when {@code out} exists and may not be replaced, the model has no
   *     transformer, or what was trained does not fit it
   */
  public Result write(Path out, boolean overwrite) {
    if (Files.exists(out)) {
      requireReplaceable(out, overwrite);
    }
    ModelDirectory.require(model);
    ModelDirectory.requireUnquantised(model.resolve(TRANSFORMER).resolve("config.json"));
    Path source = model.resolve(TRANSFORMER);
    if (!Files.isDirectory(source)) {
      throw new UserError(model + " is not a model in diffusers' layout: it has no " + TRANSFORMER);
    }
    Path aside = AtomicFile.aside(out.toAbsolutePath());
    try (TensorStore store = TensorStore.open(source);
        Scope scope = new Scope()) {
      Source merged = source(store);
      delete(aside);
      copyAround(store, aside);
      for (Map.Entry<Path, SortedSet<String>> shard : store.shards().entrySet()) {
        writeShard(store, shard.getKey(), shard.getValue(), merged, aside);
      }
      replace(out, aside);
      AtomicFile.forceDirectory(out.toAbsolutePath().getParent());
      return new Result(merged.changed(), store.shards().size());
    } catch (IOException e) {
      throw new UserError("cannot write " + out + ": " + StrictJson.fault(e), e);
    } finally {
      delete(aside);
    }
  }

  private void requireReplaceable(Path out, boolean overwrite) {
    if (!overwrite) {
      throw new UserError(
          out + " exists already; replace it with --overwrite, or name a new directory");
    }
    if (!Files.isRegularFile(out.resolve("model_index.json"))) {
      throw new UserError(out + " is no model in diffusers' layout, so --overwrite leaves it");
    }
    for (Path used : List.of(model, trained)) {
      if (real(used).startsWith(real(out)) || real(out).startsWith(real(used))) {
        throw new UserError(
            "%s cannot be replaced: it is made of %s; name another directory".formatted(out, used));
      }
    }
  }

  /** What lies there is deleted when the new model is in its place. */
  private static void replace(Path out, Path whole) throws IOException {
    Path old = AtomicFile.aside(out.toAbsolutePath().resolveSibling(out.getFileName() + ".old"));
    delete(old);
    if (Files.exists(out)) {
      Files.move(out, old);
    }
    Files.move(whole, out);
    delete(old);
  }

  private static Path real(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      return path.toAbsolutePath().normalize(); // what is missing is said later
    }
  }

  private Source source(TensorStore store) {
    return allWeights(trained).map(all -> replacement(store, all)).orElseGet(() -> addition(store));
  }

  /**
   * The file with all weights of a transformer: as training writes it, or in a checkpoint of a run
   * that trains them all; there the moving average where the run keeps one.
   */
  public static Optional<Path> allWeights(Path trained) {
    Path whole = trained.resolve(ALL_WEIGHTS);
    if (Files.isRegularFile(whole)) {
      return Optional.of(whole);
    }
    boolean file = Files.isRegularFile(trained);
    Path directory = file ? trained.toAbsolutePath().getParent() : trained;
    if (!Files.isRegularFile(directory.resolve("state.json"))) {
      return Optional.empty();
    }
    return (file ? Stream.of(trained) : Stream.of(AVERAGE, POLICY).map(directory::resolve))
        .filter(Files::isRegularFile)
        .findFirst()
        .filter(ModelMerge::isWhole);
  }

  private static boolean isWhole(Path file) {
    try (TensorStore store = TensorStore.open(file)) {
      return store.names().stream().noneMatch(name -> name.contains(".lora_"));
    }
  }

  /** Whether a checkpoint does not hold that tensor, which training does not change. */
  public static boolean isLeftOut(String name, TensorStore whole) {
    return name.equals(POSITIONS) && !whole.names().contains(name);
  }

  /** Whether a tensor counts the updates of a checkpoint's average. */
  public static boolean isCounter(String name) {
    return name.equals("updates");
  }

  /**
   * Checks that weights are numbers.
   *
   * @throws UserError naming the first tensor that is not finite
   */
  public static void requireFinite(Map<String, Tensor> tensors, Path source) {
    tensors.forEach((name, tensor) -> requireFinite(name, tensor, " of " + source));
  }

  private static void requireFinite(String name, Tensor tensor, String where) {
    if (!Tensors.isFinite(tensor)) {
      throw new UserError(name + where + " has values that are not finite (NaN or infinite)");
    }
  }

  private Source addition(TensorStore store) {
    Map<String, long[]> layers = new TreeMap<>();
    for (String name : store.names()) {
      long[] shape = store.entry(name).shape();
      if (name.endsWith(WEIGHT) && shape.length == 2 && store.entry(name).dtype().isFloating()) {
        layers.put(layer(name), shape);
      }
    }
    SavedLora lora = SavedLora.read(trained, layers);
    return new Source() {
      @Override
      public Optional<Tensor> merged(String name) {
        String layer = name.endsWith(WEIGHT) ? layer(name) : "";
        return lora.layers().contains(layer)
            ? Optional.of(store.tensor(name, DType.F32).add(lora.delta(layer)))
            : Optional.empty();
      }

      @Override
      public int changed() {
        return lora.layers().size();
      }
    };
  }

  private static String layer(String weight) {
    return weight.substring(0, weight.length() - WEIGHT.length());
  }

  private Source replacement(TensorStore store, Path weights) {
    Map<String, long[]> expected = new TreeMap<>(store.catalog().shapes());
    try (TensorStore whole = TensorStore.open(weights)) {
      expected.keySet().removeIf(name -> isLeftOut(name, whole));
      whole.catalog().require(expected, ModelMerge::isCounter);
    }
    return new Source() {
      @Override
      public Optional<Tensor> merged(String name) {
        if (!expected.containsKey(name)) {
          return Optional.empty();
        }
        try (TensorStore whole = TensorStore.open(weights)) {
          return Optional.of(whole.tensor(name, DType.F32));
        }
      }

      @Override
      public int changed() {
        return expected.size();
      }
    };
  }

  private void writeShard(
      TensorStore store, Path file, SortedSet<String> names, Source merged, Path out) {
    Map<String, TensorData> tensors = new LinkedHashMap<>();
    for (String name : names) {
      Entry entry = store.entry(name);
      DType type = entry.dtype().isFloating() ? floatsAs.orElse(entry.dtype()) : entry.dtype();
      tensors.put(
          name,
          new TensorData(
              type,
              entry.shape(),
              channel -> {
                try (Scope scope = new Scope()) {
                  Tensor tensor = merged.merged(name).orElseGet(() -> store.tensor(name));
                  if (type.isFloating()) {
                    requireFinite(name, tensor, " of the merged model");
                    requireFinite(
                        name,
                        tensor.to(EngineTensors.scalarType(type)),
                        ", merged and written as %s,"
                            .formatted(type.name().toLowerCase(Locale.ROOT)));
                  }
                  EngineTensors.write(channel, tensor, type);
                }
              }));
    }
    Map<String, String> metadata;
    try (SafetensorsFile original = SafetensorsFile.open(file)) {
      metadata = original.metadata();
    }
    SafetensorsWriter.write(
        out.resolve(TRANSFORMER).resolve(file.getFileName()), tensors, metadata);
  }

  /** Everything but the transformer's weights, and what is hidden. */
  private void copyAround(TensorStore store, Path out) throws IOException {
    try (Stream<Path> walk = Files.walk(model, FileVisitOption.FOLLOW_LINKS)) {
      for (Path from : (Iterable<Path>) walk::iterator) {
        Path relative = model.relativize(from);
        if (hidden(relative) || isOtherWeights(from, relative, store)) {
          continue;
        }
        Path to = out.resolve(relative.toString());
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else if (!Files.isReadable(from)) {
          throw new UserError(Links.missing(from));
        } else {
          Files.copy(from, to);
        }
      }
    }
  }

  private static boolean hidden(Path relative) {
    for (Path part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  /** Weights of the transformer: written anew, or in a form that would be left unmerged. */
  private static boolean isOtherWeights(Path from, Path relative, TensorStore store) {
    boolean root = relative.getNameCount() == 1;
    if (!root && !relative.getName(0).toString().equals(TRANSFORMER)) {
      return false;
    }
    String name = relative.getFileName().toString();
    boolean used = name.equals(store.path().getFileName().toString()) && name.endsWith(".json");
    boolean index = !root && INDEX.matcher(name).matches();
    if (root && name.endsWith(".safetensors")) {
      return isWholeModel(from, store);
    }
    return !used && (index || WEIGHTS.stream().anyMatch(name::endsWith));
  }

  /** Whether a file beside the parts has a transformer, by the names that its publishers use. */
  private static boolean isWholeModel(Path file, TensorStore store) {
    try (TensorStore other = TensorStore.open(file)) {
      return other.names().stream()
          .anyMatch(
              n ->
                  store.names().contains(n)
                      || n.startsWith("model.diffusion_model.")
                      || n.contains("joint_blocks.")
                      || n.contains("double_blocks."));
    }
  }

  private static void delete(Path directory) {
    try {
      Folder.delete(directory);
    } catch (IOException e) {
      // What is left is hidden, and the next merge to the same place deletes it.
    }
  }
}
