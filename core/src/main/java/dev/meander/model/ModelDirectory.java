package dev.meander.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Nullable;
import dev.meander.config.Problems;
import dev.meander.config.Range;
import dev.meander.config.UserError;
import dev.meander.nn.Parameters;
import dev.meander.text.ClipConfig;
import dev.meander.text.ClipTextModel;
import dev.meander.text.PromptEncoder;
import dev.meander.text.T5Config;
import dev.meander.text.T5EncoderModel;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.Folder;
import dev.meander.weights.Links;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A model directory in the layout of diffusers while it is loaded: settings and files first,
 * weights afterwards. What is missing or wrong is noted, and told together. It knows files, not
 * families: those read it by {@link PipelineReader}.
 */
public final class ModelDirectory implements AutoCloseable {
  private static final String INDEX = "model_index.json";
  private static final String CONFIG = "config.json";
  private static final String SCHEDULER = "scheduler_config.json";
  private static final String MEANDER = "meander.json";
  private static final String TEXT = "text_encoder";
  private static final String POSITION_IDS = "position_ids";
  private static final Pattern HUB_NAME = Pattern.compile("[A-Za-z0-9][\\w.-]*/[\\w.-]+");

  private final Path dir;
  private final JsonNode index;
  private final Problems problems = new Problems();
  private final Map<String, TensorStore> stores = new TreeMap<>();
  private final List<AutoCloseable> tokenizers = new ArrayList<>();
  private final List<Tensor> owned = new ArrayList<>();
  private final List<Tensor> ownedText = new ArrayList<>();
  private final boolean withText;
  private final boolean withImages;
  private boolean kept;

  /** What a pipeline needs to know and diffusers keeps as an argument. */
  public record MeanderFile(@Nullable @Range(min = 0) Integer t5Tokens) {
    /**
     * How many tokens of a prompt are meant.
     *
     * @param options what was asked for
     * @param usual where neither that nor the model says anything
     */
    public int tokens(TextOptions options, int usual) {
      return options.maxTokens().orElse(t5Tokens == null ? usual : t5Tokens);
    }
  }

  /**
   * Reads {@code model_index.json}.
   *
   * @param withText whether text encoders and tokenizers are wanted
   * @param withImages whether the other weights are wanted
   * @throws UserError when there is no such directory or file
   */
  ModelDirectory(Path dir, boolean withText, boolean withImages) {
    this.dir = dir;
    this.index = read(dir);
    this.withText = withText;
    this.withImages = withImages;
  }

  private static JsonNode read(Path dir) {
    require(dir);
    return ConfigFile.read(dir.resolve(INDEX));
  }

  /**
   * Checks that a path is a model directory, as far as its first file tells.
   *
   * @throws UserError saying what it is instead, and what to do
   */
  static void require(Path dir) {
    String start = dir + " cannot be loaded as a model: ";
    if (Files.isRegularFile(dir)) {
      throw new UserError(
          start
              + "it is a single file, and a directory in diffusers' layout is needed; in Python:"
              + " StableDiffusion3Pipeline.from_single_file(\"%s\").save_pretrained(\"DIRECTORY\")"
                  .formatted(dir)
              + " (FluxPipeline for FLUX)");
    }
    if (!Files.isDirectory(dir)) {
      throw new UserError(start + missing(dir));
    }
    if (Files.exists(dir.resolve(INDEX))) {
      return;
    }
    if (Files.isSymbolicLink(dir.resolve(INDEX))) {
      throw new UserError(start + Links.missing(dir.resolve(INDEX)));
    }
    List<Path> snapshots = subdirectories(dir.resolve("snapshots"));
    if (!snapshots.isEmpty()) {
      throw new UserError(
          start
              + "it is a folder of the hub's cache; the model is in "
              + names(snapshots.stream().map(Path::toString).toList()));
    }
    Path above = dir.toAbsolutePath().normalize().getParent();
    if (above != null && Files.isRegularFile(above.resolve(INDEX))) {
      throw new UserError(start + "it is one part of a model; give the directory above, " + above);
    }
    List<Path> below =
        subdirectories(dir).stream().filter(d -> Files.isRegularFile(d.resolve(INDEX))).toList();
    throw new UserError(
        start
            + "there is no file "
            + dir.resolve(INDEX)
            + ", so it is not a model in diffusers' layout"
            + (below.isEmpty()
                ? ""
                : "; there is one in " + names(below.stream().map(Path::toString).toList())));
  }

  private static String missing(Path dir) {
    Optional<PublishedWeights> published =
        Files.exists(dir, LinkOption.NOFOLLOW_LINKS)
            ? Optional.empty()
            : PublishedWeights.named(dir);
    if (published.isPresent()) {
      return "there is no such directory. To have %s there, %s"
          .formatted(published.get().title(), published.get().download(dir));
    }
    return !Files.isSymbolicLink(dir) && HUB_NAME.matcher(dir.toString()).matches()
        ? "there is no such directory. Names of the hub are not fetched: download it (hf download %s --local-dir DIRECTORY) and give the directory"
            .formatted(dir)
        : Links.missing(dir).replace("no file", "no directory");
  }

  private static List<Path> subdirectories(Path dir) {
    try (Stream<Path> list = Files.list(dir)) {
      return list.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  /**
   * Checks that a part's settings do not say that its weights are packed.
   *
   * @throws UserError naming the file and the method
   */
  static void requireUnquantised(Path config) {
    if (!Files.isRegularFile(config)) {
      return;
    }
    JsonNode method = ConfigFile.read(config).path("quantization_config");
    if (method.isObject()) {
      throw new UserError(
          "%s: the model is quantised (quantization_config: %s), and its packed weights are not computed with here; take the model before it was quantised, or in Python load it, call dequantize() and save_pretrained"
              .formatted(config, method.path("quant_method").asText("unknown")));
    }
  }

  /** The contents of {@code model_index.json}. */
  public JsonNode index() {
    return index;
  }

  /** The pipeline's class, by {@code model_index.json}. */
  public String kind() {
    return index.path("_class_name").asText();
  }

  /** The directory. */
  public Path path() {
    return dir;
  }

  /** What was found to be missing or wrong. */
  public Problems problems() {
    return problems;
  }

  /**
   * Ends a stage of the checks.
   *
   * @throws UserError listing all problems, if there are any
   */
  public void throwIfAny() {
    problems.throwIfAny(dir + " cannot be loaded as a " + kind() + " model");
  }

  /** The result, or null after noting what the user did wrong. */
  public <T> T attempt(Supplier<T> work) {
    return problems.attempt(work);
  }

  /** Notes which of the directories a model needs are not there. */
  public void require(List<String> parts, String hint) {
    TreeSet<String> missing = new TreeSet<>(parts);
    missing.removeIf(this::present);
    if (!missing.isEmpty()) {
      problems.add(
          "it lacks %s; needed are %s, found %s%s"
              .formatted(names(missing), names(parts), names(found()), hint));
    }
  }

  private static String names(Iterable<String> parts) {
    String all = String.join(", ", parts);
    return all.isEmpty() ? "none" : all;
  }

  private List<String> found() {
    return Folder.list(dir).stream()
        .filter(Files::isDirectory)
        .map(p -> p.getFileName().toString())
        .toList();
  }

  boolean present(String part) {
    return Files.isDirectory(dir.resolve(part));
  }

  /**
   * The settings of a part, or null after noting a problem; a part that is not there is no news.
   */
  public <R extends Record> R config(String part, Class<R> type, String className) {
    return settings(
        part, CONFIG, type, node -> requireOnly(node, "_class_name", className, part, CONFIG));
  }

  /** The settings of an AutoencoderKL, or null after noting a problem. */
  public VaeConfig vae() {
    return settings(
        "vae",
        CONFIG,
        VaeConfig.class,
        node -> {
          requireOnly(node, "_class_name", "AutoencoderKL", "vae", CONFIG);
          requireOnly(node, "act_fn", "silu", "vae", CONFIG);
          requireOnly(node, "down_block_types", "DownEncoderBlock2D", "vae", CONFIG);
          requireOnly(node, "up_block_types", "UpDecoderBlock2D", "vae", CONFIG);
          requireOnly(node, "latents_mean", null, "vae", CONFIG);
          requireOnly(node, "latents_std", null, "vae", CONFIG);
        });
  }

  /** The network, null after noting what does not fit. */
  FlowTransformer transformer(TransformerConfig config, ScalarType compute) {
    DType type = EngineTensors.dtype(compute);
    return attempt(() -> config.build(parameters("transformer", type), compute));
  }

  /** As {@link #transformer}. */
  AutoencoderKl autoencoder(VaeConfig config) {
    return attempt(() -> new AutoencoderKl(config, parameters("vae", DType.F32)));
  }

  /** The settings of the noise levels, or null after noting a problem. */
  public SchedulerConfig scheduler() {
    String only = "FlowMatchEulerDiscreteScheduler";
    return settings(
        "scheduler",
        SCHEDULER,
        SchedulerConfig.class,
        node -> requireOnly(node, "_class_name", only, "scheduler", SCHEDULER));
  }

  /** What {@code meander.json} says; nothing where there is no such file. */
  public MeanderFile meander() {
    Path file = dir.resolve(MEANDER);
    return attempt(
        () ->
            Binder.bind(
                Files.exists(file) ? ConfigFile.read(file) : ConfigFile.parse("{}", MEANDER),
                MeanderFile.class,
                file.toString()));
  }

  private <R extends Record> R settings(
      String part, String name, Class<R> type, java.util.function.Consumer<ObjectNode> check) {
    if (!present(part)) {
      return null;
    }
    Path file = dir.resolve(part).resolve(name);
    return attempt(
        () -> {
          requireUnquantised(file);
          ObjectNode node = ConfigFile.read(file);
          check.accept(node);
          return Binder.bind(node, type, file.toString());
        });
  }

  /** Notes a value, or an element of a list, that is given and is not {@code only}. */
  private void requireOnly(JsonNode object, String key, String only, String part, String file) {
    JsonNode value = object.path(key);
    for (JsonNode one : value.isArray() ? value : List.of(value)) {
      boolean given = !one.isMissingNode() && !one.isNull();
      if (given && !one.asText().equals(only)) {
        Path path = dir.resolve(part).resolve(file);
        problems.add("%s: %s must be %s, found %s".formatted(path, key, only, one));
        return;
      }
    }
  }

  /** Notes two numbers that differ and must not. */
  public void requireEqual(String what, int is, String shouldBe, int value) {
    if (is != value) {
      problems.add("%s, %d, must equal %s, %d".formatted(what, is, shouldBe, value));
    }
  }

  /**
   * A tokenizer, if text is wanted; null otherwise and after noting a problem.
   *
   * @param load makes it of the part's directory
   */
  public <T extends AutoCloseable> T tokenizer(String part, Function<Path, T> load) {
    T tokenizer = withText && present(part) ? attempt(() -> load.apply(dir.resolve(part))) : null;
    if (tokenizer != null) {
      tokenizers.add(tokenizer);
    }
    return tokenizer;
  }

  /** Whether text encoders and tokenizers are wanted. */
  public boolean withText() {
    return withText;
  }

  /** Opens the weights of a part, if it is wanted, without reading them. */
  public void open(String part) {
    boolean wanted = isText(part) ? withText : withImages;
    TensorStore store =
        wanted && present(part) ? attempt(() -> TensorStore.open(dir.resolve(part))) : null;
    if (store != null) {
      stores.put(part, store);
    }
  }

  /** The weights of a part, floating-point ones as {@code type}. */
  public Parameters parameters(String part, DType type) {
    return parameters(part, type, name -> name);
  }

  /** The names that the opened weights of a part have in its files. */
  public Collection<String> names(String part) {
    return stores.get(part).names();
  }

  /**
   * The weights of a part, floating-point ones as {@code type}.
   *
   * @param rename from a name in the files to the network's; null for what it does not want
   */
  public Parameters parameters(String part, DType type, UnaryOperator<String> rename) {
    TensorStore store = stores.get(part);
    requireFloats(part, store, rename);
    Map<String, Tensor> tensors = new TreeMap<>();
    for (String stored : store.names()) {
      String name = rename.apply(stored);
      if (name != null) {
        Tensor tensor = store.placed(stored, type);
        tensor.retainReference();
        (isText(part) ? ownedText : owned).add(tensor);
        tensors.put(name, tensor);
      }
    }
    return Parameters.from(tensors, dir.resolve(part).toString());
  }

  /**
   * A CLIP text encoder, null after noting what does not fit.
   *
   * @param projected whether its pooled output is projected
   */
  public ClipTextModel clip(
      String part, ClipConfig config, TextOptions options, boolean projected) {
    DType type = EngineTensors.dtype(options.dtype());
    return attempt(
        () -> new ClipTextModel(config, parameters(part, type, ClipTextModel::named), projected));
  }

  /** A T5 encoder, null after noting what does not fit. */
  public T5EncoderModel t5(String part, T5Config config, TextOptions options) {
    DType type = EngineTensors.dtype(options.dtype());
    return attempt(
        () ->
            new T5EncoderModel(config, parameters(part, type, T5EncoderModel.named(names(part)))));
  }

  /** Integers where numbers are computed with mean packed weights. */
  private void requireFloats(String part, TensorStore store, UnaryOperator<String> rename) {
    List<String> others =
        store.names().stream()
            .filter(n -> rename.apply(n) != null && !n.endsWith(POSITION_IDS))
            .filter(n -> !store.entry(n).dtype().isFloating())
            .toList();
    if (!others.isEmpty()) {
      throw new UserError(
          "%s: %d of %d tensors are no floating-point numbers (%s is %s): is it quantised? Save it as float32, bfloat16 or float16"
              .formatted(
                  dir.resolve(part),
                  others.size(),
                  store.names().size(),
                  others.get(0),
                  store.entry(others.get(0)).dtype().name().toLowerCase(Locale.ROOT)));
    }
  }

  private static boolean isText(String part) {
    return part.startsWith(TEXT);
  }

  /** The opened weights of the parts, by name. */
  Map<String, TensorStore> stores() {
    return stores;
  }

  /**
   * The text encoders with their weights, which from now on belong to the caller, as do the
   * tokenizers.
   */
  TextEncoders keepText(PromptEncoder encoder) {
    kept = true;
    return new TextEncoders(encoder, ownedText);
  }

  /** The other weights, which from now on belong to the caller. */
  List<Tensor> keep() {
    kept = true;
    return owned;
  }

  @Override
  public void close() {
    stores.values().forEach(TensorStore::close);
    if (!kept) {
      tokenizers.forEach(ModelDirectory::closeQuietly);
      owned.forEach(Tensor::close);
      ownedText.forEach(Tensor::close);
    }
  }

  private static void closeQuietly(AutoCloseable tokenizer) {
    try {
      tokenizer.close();
    } catch (Exception e) {
      throw new IllegalStateException(e); // Tokenizers throw nothing that is checked.
    }
  }
}
