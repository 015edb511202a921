package dev.meander.weights;

import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Natives;
import dev.meander.weights.SafetensorsFile.Entry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.bytedeco.pytorch.Tensor;

/**
 * The tensors of a checkpoint, in one safetensors file or in several with an index.
 *
 * <p>Tensors that it returns belong to the caller, and to the innermost open native scope like any
 * other new tensor. They stay valid after {@link #close()}.
 */
public final class TensorStore implements AutoCloseable {
  static {
    Natives.prepare();
  }

  /** Smaller tensors are copied: their pages would be shared with others. */
  private static final long MAPPED_FROM = 1 << 20;

  private final Path path;
  private final List<SafetensorsFile> files;
  private final Map<String, SafetensorsFile> fileOf;
  private final Map<SafetensorsFile, Tensor> mapped = new HashMap<>();

  private TensorStore(Path path, List<SafetensorsFile> files, Map<String, SafetensorsFile> fileOf) {
    this.path = path;
    this.files = files;
    this.fileOf = Collections.unmodifiableMap(fileOf);
  }

  /**
   * Opens a {@code .safetensors} file, a {@code .safetensors.index.json}, or a directory that holds
   * one of them under its usual name.
   *
   * @throws UserError naming the file and everything that is wrong with it
   */
  public static TensorStore open(Path path) {
    Pickles.refuse(path);
    Path file = Files.isDirectory(path) ? ShardIndex.findIn(path) : path;
    return file.getFileName().toString().endsWith(".json") ? openSharded(file) : openSingle(file);
  }

  /**
   * The files that {@link #open} of a directory would read: one, or an index and its shards.
   *
   * @throws UserError as {@link #open} where it finds none, or an index that is none
   */
  public static List<Path> files(Path directory) {
    Path file = ShardIndex.findIn(directory);
    List<Path> files = new ArrayList<>(List.of(file));
    if (file.getFileName().toString().endsWith(".json")) {
      new TreeSet<>(ShardIndex.read(file).values()).forEach(s -> files.add(file.resolveSibling(s)));
    }
    return files;
  }

  private static TensorStore openSingle(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    Map<String, SafetensorsFile> fileOf = new TreeMap<>();
    file.entries().keySet().forEach(name -> fileOf.put(name, file));
    return new TensorStore(path, List.of(file), fileOf);
  }

  private static TensorStore openSharded(Path index) {
    Map<String, String> shardOf = ShardIndex.read(index);
    Map<String, SafetensorsFile> shards = new TreeMap<>();
    Problems problems = new Problems();
    try {
      for (String shard : new TreeSet<>(shardOf.values())) {
        try {
          shards.put(shard, SafetensorsFile.open(index.resolveSibling(shard)));
        } catch (UserError e) {
          problems.add(e.getMessage());
        }
      }
      Map<String, SafetensorsFile> fileOf = new TreeMap<>();
      shardOf.forEach((name, shard) -> assign(name, shards.get(shard), fileOf, problems));
      problems.throwIfAny(index + " cannot be loaded");
      return new TensorStore(index, List.copyOf(shards.values()), fileOf);
    } catch (UserError e) {
      shards.values().forEach(SafetensorsFile::close);
      throw e;
    }
  }

  private static void assign(
      String name, SafetensorsFile shard, Map<String, SafetensorsFile> fileOf, Problems problems) {
    if (shard == null) {
      return; // That the shard cannot be opened has been said.
    }
    if (shard.entries().containsKey(name)) {
      fileOf.put(name, shard);
    } else {
      problems.add("tensor '" + name + "' is not in " + shard.path());
    }
  }

  /** The file that was opened: the index when there are several. */
  public Path path() {
    return path;
  }

  /** All tensor names, sorted. */
  public Set<String> names() {
    return fileOf.keySet();
  }

  /**
   * One tensor's type and shape.
   *
   * @throws UserError when there is no tensor of that name
   */
  public Entry entry(String name) {
    return file(name).entry(name);
  }

  /** The strings under {@code __metadata__} of all files together. */
  public Map<String, String> metadata() {
    Map<String, String> all = new TreeMap<>();
    files.forEach(f -> all.putAll(f.metadata()));
    return all;
  }

  /** The files, each with the names of its tensors that belong to the checkpoint, sorted. */
  public Map<Path, SortedSet<String>> shards() {
    Map<Path, SortedSet<String>> shards = new TreeMap<>();
    fileOf.forEach(
        (name, file) -> shards.computeIfAbsent(file.path(), f -> new TreeSet<>()).add(name));
    return shards;
  }

  /** Names and shapes, to be compared with a model's. */
  public TensorCatalog catalog() {
    Map<String, long[]> shapes = new TreeMap<>();
    names().forEach(name -> shapes.put(name, entry(name).shape()));
    return new TensorCatalog(path.toString(), shapes);
  }

  /** A copy of a tensor in the type that it is stored in. */
  public Tensor tensor(String name) {
    return EngineTensors.copy(computed(name), entry(name));
  }

  /** A copy of a tensor, converted to {@code floatsAs} when it is a floating-point one. */
  public Tensor tensor(String name, DType floatsAs) {
    return EngineTensors.copy(computed(name), entry(name), floatsAs);
  }

  /**
   * A tensor that stands on the mapped file, without a copy: for frozen weights of which only the
   * parts in use should occupy memory. A copy where mapping is not possible (unaligned data).
   * In-place changes stay private to the process. A file stays mapped until the store and every
   * tensor on it are closed; it must not be truncated meanwhile: that would end the process, as
   * with any mapped file.
   */
  public Tensor view(String name) {
    SafetensorsFile file = file(name);
    Entry entry = file.entry(name);
    long start = file.start(entry);
    return entry.byteCount() == 0 || start % entry.dtype().bytes() != 0
        ? EngineTensors.copy(file, entry)
        : EngineTensors.view(mapped.computeIfAbsent(file, EngineTensors::map), start, entry);
  }

  /**
   * A tensor for computing with, on the engine's device, converted to {@code floatsAs} when it is a
   * floating-point one. In its own type in the process's memory it is a {@link #view} (small ones
   * are copied); otherwise it is moved chunk by chunk and never in memory twice.
   */
  public Tensor placed(String name, DType floatsAs) {
    Entry entry = entry(name);
    boolean asStored = !entry.dtype().isFloating() || entry.dtype() == floatsAs;
    return asStored && Engine.onHost() && entry.byteCount() >= MAPPED_FROM
        ? view(name)
        : EngineTensors.placed(computed(name), entry, floatsAs);
  }

  /** {@link #placed} of the named tensors. */
  public Map<String, Tensor> load(Collection<String> names, DType floatsAs) {
    new ArrayList<>(names).forEach(this::file);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    names.forEach(name -> tensors.put(name, placed(name, floatsAs)));
    return tensors;
  }

  /**
   * {@link #placed} of exactly the expected tensors.
   *
   * @throws UserError as {@link TensorCatalog#require}
   */
  public Map<String, Tensor> load(
      Map<String, long[]> expected, Predicate<String> ignorable, DType floatsAs) {
    catalog().require(expected, ignorable);
    return load(expected.keySet(), floatsAs);
  }

  /** The file of a tensor that is computed with. */
  private SafetensorsFile computed(String name) {
    SafetensorsFile file = file(name);
    if (!file.entry(name).dtype().isComputed()) {
      throw new UserError(
          "tensor '%s' of %s is of type %s, which is not computed with here; save it as F32 or BF16"
              .formatted(name, file.path(), file.entry(name).dtype()));
    }
    return file;
  }

  private SafetensorsFile file(String name) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new UserError(path + " has no tensor '" + name + "'");
    }
    return file;
  }

  @Override
  public void close() {
    mapped.values().forEach(Tensor::close);
    mapped.clear();
    files.forEach(SafetensorsFile::close);
  }
}
