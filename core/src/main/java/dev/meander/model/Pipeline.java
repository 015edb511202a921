package dev.meander.model;

import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.nn.Parameters;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.tensor.Scope;
import dev.meander.text.ClipConfig;
import dev.meander.text.ClipTextModel;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.PromptEncoder;
import dev.meander.text.Prompts;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A whole text-to-image model from a directory in the layout of diffusers'
 * StableDiffusion3Pipeline: text encoders, flow transformer, autoencoder and schedule.
 *
 * <p>The transformer's parameters are in the compute type, everything else is float32. Parameters
 * require no gradients and outlive the scope that they are loaded in; {@link #close} frees them.
 */
public final class Pipeline implements AutoCloseable {
  private static final String TEXT = "text_encoder";
  private static final String PREFIX = "text_model.";
  private static final String PROJECTION = "text_projection.";
  private static final String POSITION_IDS = "embeddings.position_ids";

  private final Path directory;
  private final PipelineConfig config;
  private final Prompts prompts;
  private final Optional<TextEncoders> text;
  private final Sd3Transformer transformer;
  private final AutoencoderKl vae;
  private final List<Tensor> owned;

  private Pipeline(
      Path directory,
      PipelineConfig config,
      Prompts prompts,
      Optional<TextEncoders> text,
      Sd3Transformer transformer,
      AutoencoderKl vae,
      List<Tensor> owned) {
    this.directory = directory;
    this.config = config;
    this.prompts = prompts;
    this.text = text;
    this.transformer = transformer;
    this.vae = vae;
    this.owned = owned;
  }

  /**
   * Loads a model.
   *
   * @param dir holds {@code model_index.json} and a directory for each component
   * @param compute what the transformer computes in, {@code Float} or {@code BFloat16}
   * @param t5Tokens rows of zeros in the place of T5's tokens (diffusers' {@code
   *     max_sequence_length}); negative: what {@code meander.json} in the directory says, else 256
   * @throws UserError listing every missing file, every wrong setting and every tensor that does
   *     not fit
   */
  public static Pipeline load(Path dir, ScalarType compute, int t5Tokens) {
    try (Scope scope = new Scope()) {
      return new Loader(dir, compute, true, true).load(t5Tokens, Optional.empty());
    }
  }

  /**
   * Loads a model without its text encoders.
   *
   * @param prompts what takes their place
   * @throws UserError as {@link #load(Path, ScalarType, int)}
   */
  public static Pipeline load(Path dir, ScalarType compute, Prompts prompts) {
    try (Scope scope = new Scope()) {
      return new Loader(dir, compute, false, true).load(-1, Optional.of(prompts));
    }
  }

  /**
   * Loads the text encoders alone.
   *
   * @throws UserError as {@link #load(Path, ScalarType, int)}
   */
  public static TextEncoders loadText(Path dir, int t5Tokens) {
    try (Scope scope = new Scope()) {
      return new Loader(dir, ScalarType.Float, true, false).loadText(t5Tokens);
    }
  }

  /** Loading in two rounds, so that files and settings are all checked before weights are read. */
  private static final class Loader {
    private final Path dir;
    private final ScalarType compute;
    private final DType computeType;
    private final boolean withText;
    private final boolean withImages;
    private final Problems problems = new Problems();
    private final Map<String, TensorStore> stores = new LinkedHashMap<>();
    private final Map<String, ClipTokenizer> tokenizers = new LinkedHashMap<>();
    private final List<Tensor> owned = new ArrayList<>();
    private final List<Tensor> ownedText = new ArrayList<>();

    Loader(Path dir, ScalarType compute, boolean withText, boolean withImages) {
      this.dir = dir;
      this.compute = compute;
      this.withText = withText;
      this.withImages = withImages;
      this.computeType = dtype(compute);
    }

    private static DType dtype(ScalarType type) {
      return Arrays.stream(DType.values())
          .filter(d -> d.isFloating() && EngineTensors.scalarType(d) == type.intern())
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("cannot compute in " + type.intern()));
    }

    Pipeline load(int t5Tokens, Optional<Prompts> prompts) {
      return loading(config -> build(config, t5Tokens, prompts));
    }

    TextEncoders loadText(int t5Tokens) {
      return loading(
          config -> {
            Supplier<TextEncoders> text = text(config, t5Tokens);
            throwIfAny();
            return text.get();
          });
    }

    private <T> T loading(Function<PipelineConfig, T> build) {
      boolean loaded = false;
      try {
        PipelineConfig config = PipelineConfig.read(dir, problems);
        open();
        throwIfAny();
        if (withText) {
          checkLengths(config);
          throwIfAny();
        }
        T result = build.apply(config);
        loaded = true;
        return result;
      } finally {
        stores.values().forEach(TensorStore::close);
        if (!loaded) {
          tokenizers.values().forEach(ClipTokenizer::close);
          owned.forEach(Tensor::close);
          ownedText.forEach(Tensor::close);
        }
      }
    }

    private void throwIfAny() {
      problems.throwIfAny(dir + " cannot be loaded as a Stable Diffusion 3 model");
    }

    private void open() {
      if (!Files.isDirectory(dir)) {
        return;
      }
      for (String name : PipelineConfig.WITH_WEIGHTS) {
        if (name.startsWith(TEXT) ? !withText : !withImages) {
          continue;
        }
        put(stores, name, PipelineConfig.attempt(problems, () -> openStore(dir.resolve(name))));
      }
      for (String name : withText ? PipelineConfig.TOKENIZERS : List.<String>of()) {
        Path from = dir.resolve(name);
        put(tokenizers, name, PipelineConfig.attempt(problems, () -> ClipTokenizer.load(from)));
      }
    }

    private static TensorStore openStore(Path component) {
      if (!Files.isDirectory(component)) {
        throw new UserError("there is no directory " + component);
      }
      return TensorStore.open(component);
    }

    private static <T> void put(Map<String, T> map, String name, T value) {
      if (value != null) {
        map.put(name, value);
      }
    }

    /** The first tokenizer's length rules both encoders. */
    private void checkLengths(PipelineConfig config) {
      int length = tokenizers.get("tokenizer").maxLength();
      for (ClipConfig encoder : List.of(config.textEncoder(), config.textEncoder2())) {
        if (length > encoder.maxPositionEmbeddings()) {
          problems.add(
              "tokenizer's model_max_length, %d, exceeds a text encoder's max_position_embeddings, %d"
                  .formatted(length, encoder.maxPositionEmbeddings()));
        }
      }
    }

    private Pipeline build(PipelineConfig config, int t5Tokens, Optional<Prompts> prompts) {
      Sd3Transformer transformer =
          PipelineConfig.attempt(
              problems,
              () ->
                  new Sd3Transformer(
                      config.transformer(), parameters("transformer", computeType), compute));
      AutoencoderKl vae =
          PipelineConfig.attempt(
              problems, () -> new AutoencoderKl(config.vae(), parameters("vae", DType.F32)));
      Optional<Supplier<TextEncoders>> made =
          prompts.isPresent() ? Optional.empty() : Optional.of(text(config, t5Tokens));
      throwIfAny();
      Optional<TextEncoders> text = made.map(Supplier::get);
      Prompts source = prompts.orElseGet(() -> text.orElseThrow().oneByOne());
      return new Pipeline(dir, config, source, text, transformer, vae, owned);
    }

    /** Notes what does not fit at once; the encoders are whole when there was nothing. */
    private Supplier<TextEncoders> text(PipelineConfig config, int t5Tokens) {
      ClipTextModel first = text("text_encoder", config.textEncoder());
      ClipTextModel second = text("text_encoder_2", config.textEncoder2());
      return () ->
          new TextEncoders(
              new PromptEncoder(
                  new PromptEncoder.Clip(tokenizers.get("tokenizer"), first),
                  new PromptEncoder.Clip(tokenizers.get("tokenizer_2"), second),
                  config.transformer().jointAttentionDim(),
                  t5Tokens < 0 ? config.meander().t5Tokens() : t5Tokens),
              ownedText);
    }

    private ClipTextModel text(String name, ClipConfig config) {
      return PipelineConfig.attempt(
          problems, () -> new ClipTextModel(config, textParameters(name), true));
    }

    private Parameters parameters(String name, DType type) {
      TensorStore store = stores.get(name);
      Map<String, Tensor> tensors = store.load(store.names(), type);
      tensors.values().forEach(t -> own(t, owned));
      return Parameters.from(tensors, dir.resolve(name).toString());
    }

    /** Transformers 4 writes the prefix, 5 does not; old files also hold a constant. */
    private Parameters textParameters(String name) {
      TensorStore store = stores.get(name);
      Map<String, Tensor> tensors = new TreeMap<>();
      for (String stored : store.names()) {
        boolean whole = stored.startsWith(PREFIX) || stored.startsWith(PROJECTION);
        if (!stored.endsWith(POSITION_IDS)) {
          Tensor tensor = store.placed(stored, DType.F32);
          own(tensor, ownedText);
          tensors.put(whole ? stored : PREFIX + stored, tensor);
        }
      }
      return Parameters.from(tensors, dir.resolve(name).toString());
    }

    private static void own(Tensor tensor, List<Tensor> owner) {
      tensor.retainReference();
      owner.add(tensor);
    }
  }

  /** Conditioning of prompts, each encoded by itself. */
  public Prompts prompts() {
    return prompts;
  }

  public Sd3Transformer transformer() {
    return transformer;
  }

  public AutoencoderKl vae() {
    return vae;
  }

  /** The noise levels that the model is sampled with. */
  public ScheduleSpec schedule() {
    return config.scheduler().spec();
  }

  /** Where the model was loaded from. */
  public Path directory() {
    return directory;
  }

  /**
   * The latent of one image.
   *
   * @param height of the image in pixels
   * @param width of the image in pixels
   * @return [C, h, w]
   * @throws UserError when the model cannot make images of that size
   */
  public long[] latentShape(int height, int width) {
    int cell = vae.config().downscale();
    int token = cell * config.transformer().patchSize();
    int largest = token * config.transformer().posEmbedMaxSize();
    Problems sizes = new Problems();
    for (int side : new int[] {height, width}) {
      if (side < token || side > largest || side % token != 0) {
        sizes.add(
            "a side of %d pixels must be a multiple of %d, at most %d"
                .formatted(side, token, largest));
      }
    }
    sizes.throwIfAny("image size " + height + " x " + width);
    return new long[] {config.transformer().inChannels(), height / cell, width / cell};
  }

  @Override
  public void close() {
    text.ifPresent(TextEncoders::close);
    owned.forEach(Tensor::close);
    owned.clear();
  }
}
