package dev.meander.train;

import dev.meander.config.Home;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.internal.checkpoint.Provenance;
import dev.meander.internal.checkpoint.Sha256;
import dev.meander.model.ModelFiles;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import dev.meander.text.Prompts;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Cached text-encoder outputs, on the disk: a file a prompt, float32, named by the hash of the
 * encoders' files, their settings and the prompt. What it gives is the same to the bit as what they
 * would say.
 */
final class EmbeddingCache implements Prompts {
  private static final String ENCODER = "text_encoder";
  private static final String SEQUENCE = "sequence";
  private static final String POOLED = "pooled";
  private static final String ROWS = "rows";
  private static final String LENGTH = "length"; // Files before there were lengths have none.

  private final Path directory;
  private final String model;

  private EmbeddingCache(Path directory, String model) {
    this.directory = directory;
    this.model = model;
  }

  /**
   * The cache for one model; reads the files of its text encoders to tell it from others.
   *
   * @param options the options that the encoders get
   */
  static EmbeddingCache of(Path directory, Path model, TextOptions options) {
    StringBuilder parts = new StringBuilder(settings(options));
    SortedMap<String, Path> files = new TreeMap<>(ModelFiles.of(model));
    files.keySet().removeIf(name -> !decides(name));
    if (files.keySet().stream().noneMatch(name -> name.startsWith(ENCODER))) {
      throw new UserError(model + " has no text encoder whose embeddings could be kept");
    }
    files.forEach(
        (name, file) -> parts.append(Provenance.hash(file)).append(' ').append(name).append('\n'));
    return new EmbeddingCache(directory, Sha256.of(parts.toString()));
  }

  private static boolean decides(String name) {
    return name.startsWith(ENCODER)
        || name.startsWith("tokenizer")
        || name.equals("model_index.json")
        || name.equals("meander.json")
        || name.equals("transformer/config.json");
  }

  /** Float32 goes without saying, so that what was encoded before there was a choice is found. */
  private static String settings(TextOptions options) {
    String type = options.dtype() == ScalarType.Float ? "" : "dtype " + options.dtype() + "\n";
    return "t5_tokens " + options.maxTokens().orElse(-1) + "\n" + type;
  }

  /** The place in the user's cache, as the system has it. */
  static Path usual() {
    return Home.cache().resolve("embeddings");
  }

  /** The prompts that it does not hold, each once. */
  List<String> missing(Collection<String> prompts) {
    return new LinkedHashSet<>(prompts).stream().filter(p -> !Files.exists(file(p))).toList();
  }

  /**
   * Runs {@code work} while no other process of this machine does with this cache: of several that
   * train together one encodes, and the others find what it left.
   */
  void alone(Runnable work) {
    synchronized (EmbeddingCache.class) { // the lock is the process's, whatever the thread
      try {
        Files.createDirectories(directory);
        try (FileChannel channel =
                FileChannel.open(
                    directory.resolve(".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            FileLock lock = channel.lock()) {
          work.run();
        }
      } catch (IOException e) {
        throw new UserError("cannot write to " + directory + ": " + StrictJson.fault(e), e);
      }
    }
  }

  /** Encodes each prompt by itself and keeps what comes out. */
  void fill(List<String> prompts, Prompts encoder, Progress.Source progress) {
    try (Progress bar = progress.start("Encoding", prompts.size(), "prompts")) {
      for (String prompt : prompts) {
        try (Scope scope = new Scope()) {
          save(file(prompt), Autograd.noGrad(() -> encoder.encode(List.of(prompt))));
        }
        bar.advance(1);
      }
    }
  }

  /** Rows of zeros at the end, as there are many without T5, are not written. */
  private static void save(Path file, Conditioning one) {
    long rows = one.tokens().size(1);
    Tensor used = one.tokens().ne(new Scalar(0)).any(2).nonzero(); // [n, 2]: 0, row
    long last = used.size(0) == 0 ? 0 : 1 + (long) Tensors.scalar(used.select(1, 1).max());
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(SEQUENCE, one.tokens().narrow(1, 0, last));
    one.pooled().ifPresent(p -> tensors.put(POOLED, p));
    EngineTensors.save(
        file,
        tensors,
        DType.F32,
        Map.of(
            ROWS, Long.toString(rows),
            LENGTH, Long.toString((long) Tensors.scalar(one.lengths()))));
  }

  private Path file(String prompt) {
    return directory.resolve(Sha256.of(model + "\n" + prompt) + ".safetensors");
  }

  @Override
  public Conditioning encode(List<String> prompts) {
    return ((Prompts) one -> read(one.get(0))).oneByOne().encode(prompts);
  }

  private Conditioning read(String prompt) {
    Path file = file(prompt);
    if (!Files.exists(file)) {
      throw new UserError(
          "the prompt \"%s\" was not encoded before the text encoders were freed; set model.text_encoders: keep"
              .formatted(prompt));
    }
    try (TensorStore store = TensorStore.open(file)) {
      Tensor sequence = Tensors.placed(store.tensor(SEQUENCE));
      long rows = Long.parseLong(store.metadata().get(ROWS));
      String length = store.metadata().get(LENGTH);
      Tensor lengths = Tensors.of(new long[] {length == null ? rows : Long.parseLong(length)}, 1);
      return new Conditioning(
          torch.pad(sequence, 0, 0, 0, rows - sequence.size(1)),
          Tensors.placed(lengths),
          store.names().contains(POOLED)
              ? Optional.of(Tensors.placed(store.tensor(POOLED)))
              : Optional.empty(),
          Optional.empty());
    } catch (NumberFormatException e) {
      throw new UserError(file + " is damaged; delete it, and its prompt is encoded again", e);
    }
  }
}
