package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.model.Activations;
import dev.meander.model.ModelSizes;
import dev.meander.model.VaeConfig;
import dev.meander.nn.LoraConfig;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.Decoder;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Hardware;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.IntToLongFunction;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How much memory a run will need, from its configuration and the model's sizes, before anything is
 * loaded.
 *
 * <p>Activations are measured in small passes ({@link Activations}); {@code docs/memory.md} says
 * how well the sums agree with real runs.
 *
 * @param config the run
 * @param model its sizes
 * @param rewards the bytes of the networks that score; one that trains and judges counts once
 * @param measured the activations
 * @param processes how many share the run; the plan is that of one of them
 */
public record MemoryPlan(
    TrainConfig config,
    ModelSizes model,
    long rewards,
    MemoryPlan.Measured measured,
    int processes) {
  private static final String ACTIVATIONS = "activations";
  private static final long FLOAT = 4;
  private static final long IMAGE_BYTES = 3;

  /** The JVM, its heap in a training, and the engine's libraries; measured. */
  static final long PROCESS = 650L << 20;

  /** The C library's allocator keeps freed blocks, apart for every thread; measured. */
  private static final double ALLOCATOR = 1.5;

  private static final int LARGEST_BATCH = 1 << 16;

  /**
   * One moment of the run and what is in memory then.
   *
   * @param name the phase's name
   * @param parts the bytes by what they are for
   */
  public record Phase(String name, Map<String, Long> parts) {
    /** All parts together. */
    public long bytes() {
      return parts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  /**
   * Bytes of activations.
   *
   * @param sampling those of a row of a pass without gradients
   * @param training those of a row of a pass that trains
   * @param decoding those of a cell of a latent
   */
  public record Measured(long sampling, long training, long decoding) {
    static Measured of(TrainConfig config, ModelSizes model, Progress.Source progress) {
      ScalarType type = config.model().dtype().engine();
      Hardware hardware = config.model().device();
      int passes = 2 * Activations.passes(hardware, type);
      try (Progress bar = progress.start("Measuring activations", passes, "passes")) {
        long tokens = imageTokens(config, model);
        Activations of =
            new Activations(
                model.transformer(), lora(config), type, hardware, tokens, model.textTokens(), bar);
        return new Measured(
            of.sampling(),
            of.training(config.update().gradientCheckpointing()),
            Activations.decoding(model.vae()));
      }
    }
  }

  /** The plan of a run whose rewards' networks are read from their files. */
  public static MemoryPlan of(TrainConfig config, ModelSizes model, Progress.Source progress) {
    TrainConfig sized = sized(config, model);
    Measured measured = Measured.of(sized, model, progress);
    return new MemoryPlan(sized, model, RewardFiles.bytes(config), measured, 1);
  }

  /** The same plan with the parameters of the adapter that the run starts from. */
  private static TrainConfig sized(TrainConfig config, ModelSizes model) {
    return config.policy() instanceof TrainConfig.Lora lora
        ? config.with(new TrainConfig.Lora(lora.lora().sized(model.layers())))
        : config;
  }

  /** The plan of one of so many processes that share the run. */
  public MemoryPlan shared(int among) {
    return new MemoryPlan(config, model, rewards, measured, among);
  }

  /** Bytes of what is summed for an update. */
  public long summed() {
    return FLOAT * trained();
  }

  private int parts() {
    return config.distributed().parts(processes);
  }

  /** The most parts that a process has. */
  private int ownParts() {
    return (parts() + processes - 1) / processes;
  }

  private static int ofParts(int all, int own, int parts) {
    return (int) (((long) all * own + parts - 1) / parts);
  }

  /** The phases of the run with its own batch sizes. */
  public List<Phase> phases() {
    return phases(config.sampling().batchSize(), config.update().batchSize());
  }

  /** The phase that needs most. */
  public Phase peak() {
    return phases().stream().max(Comparator.comparingLong(Phase::bytes)).orElseThrow();
  }

  /**
   * The largest {@code sampling.batch_size} with which sampling fits.
   *
   * @param memory the bytes there are
   * @return empty when not even 1 fits
   */
  public OptionalInt largestSamplingBatch(long memory) {
    int most = Math.max(samples(), evaluated());
    return largest(memory, most, b -> Math.max(rollout(b).bytes(), evaluation(b).bytes()));
  }

  /** The largest {@code update.batch_size} with which the update fits; see the other. */
  public OptionalInt largestUpdateBatch(long memory) {
    return largest(memory, Math.max(1, pairs()), b -> update(b).bytes());
  }

  private static OptionalInt largest(long memory, int most, IntToLongFunction bytes) {
    int low = 0;
    int high = Math.min(most, LARGEST_BATCH);
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (bytes.applyAsLong(middle) <= memory) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low == 0 ? OptionalInt.empty() : OptionalInt.of(low);
  }

  private List<Phase> phases(int sampling, int updating) {
    return List.of(encoding(), rollout(sampling), update(updating), evaluation(sampling));
  }

  private Phase encoding() {
    Map<String, Long> parts = start();
    if (free()) {
      parts.put("text encoders", textElement() * model.textParameters());
    } else {
      weights(parts);
    }
    return new Phase("encoding", parts);
  }

  private Phase rollout(int batch) {
    Map<String, Long> parts = resident();
    parts.put("merged adapters", merged());
    parts.put("rollout", kept());
    parts.put(ACTIVATIONS, passes(Math.min(batch, samples()), config.sampling().guidance()));
    return new Phase("rollout", parts);
  }

  private Phase evaluation(int batch) {
    Map<String, Long> parts = resident();
    parts.put("merged adapters", merged());
    parts.put(ACTIVATIONS, passes(Math.min(batch, evaluated()), config.evaluation().guidance()));
    return new Phase("evaluation", parts);
  }

  private long passes(int rows, double guidance) {
    return allocated(Math.max(sampling(rows, guidance), decoding()));
  }

  private static long allocated(long bytes) {
    return Math.round(ALLOCATOR * bytes);
  }

  private Phase update(int batch) {
    Map<String, Long> parts = resident();
    parts.merge("optimizer", gradients(), Long::sum);
    parts.put("merged adapters", merged()); // gone by now, but not given back to the system
    parts.put("rollout", kept());
    if (processes > 1) {
      parts.put("transitions of other processes", dealt());
    }
    parts.put(ACTIVATIONS, allocated(training(Math.min(batch, Math.max(1, pairs())))));
    return new Phase("update", parts);
  }

  /**
   * At most all pairs of a process's parts come from others; with a penalty every pair is trained
   * on where it was sampled, but for those at the borders of parts.
   */
  private long dealt() {
    TrainConfig.Method method = config.method();
    long latents = method.objective().needsOldMean() ? 3 : 2;
    long pairs = method.kl().needsReference() ? 0 : (long) pairs() * ownParts();
    return FLOAT * latents * latent() * pairs;
  }

  private static Map<String, Long> start() {
    Map<String, Long> parts = new LinkedHashMap<>();
    parts.put("process", PROCESS);
    return parts;
  }

  /** What stays while the run trains. */
  private Map<String, Long> resident() {
    Map<String, Long> parts = start();
    weights(parts);
    long averages = config.update().ema().isPresent() ? 1 : 0;
    parts.put("optimizer", FLOAT * trained() * (2 + averages));
    return parts;
  }

  private void weights(Map<String, Long> parts) {
    long transformer = model.parameters().get("transformer");
    parts.put("transformer", element() * transformer);
    parts.put("autoencoder", FLOAT * model.parameters().get("vae"));
    if (!free()) {
      parts.put("text encoders", textElement() * model.textParameters());
    }
    if (rewards > 0) {
      parts.put("rewards", rewards);
    }
    // An adapter, or the copy of all weights that is the reference policy.
    parts.put(lora() == null ? "reference weights" : "adapter", FLOAT * trained());
  }

  /** Sampling adds adapters to copies of float32 weights. */
  private long merged() {
    if (lora() == null || config.model().dtype() != TrainConfig.Precision.FLOAT32) {
      return 0;
    }
    return FLOAT
        * model.layers().entrySet().stream()
            .filter(e -> lora().adapts(e.getKey()))
            .mapToLong(e -> e.getValue()[0] * e.getValue()[1])
            .sum();
  }

  /**
   * Every worker has its own gradients before they are added; and a sum of parts holds that of each
   * subtree that waits for its neighbour.
   */
  private long gradients() {
    int workers = workers();
    int sums = parts() == 1 ? 0 : 2 + Integer.SIZE - Integer.numberOfLeadingZeros(ownParts());
    return FLOAT * trained() * ((workers == 1 ? 1 : 1 + workers) + sums);
  }

  private int workers() {
    if (config.model().device() == Hardware.CUDA) {
      return 1;
    }
    int threads =
        config.threads() > 0 ? config.threads() : Runtime.getRuntime().availableProcessors();
    return config.workers() > 0 ? Math.min(config.workers(), threads) : threads;
  }

  private long trained() {
    return lora() == null
        ? model.parameters().get("transformer")
        : lora().parameters(model.layers());
  }

  private LoraConfig lora() {
    return lora(config);
  }

  private static LoraConfig lora(TrainConfig config) {
    return config.policy() instanceof TrainConfig.Lora lora ? lora.lora().config() : null;
  }

  private boolean free() {
    return config.model().textEncoders() == TrainConfig.TextMode.FREE;
  }

  private long element() {
    return bytes(config.model().dtype());
  }

  private long textElement() {
    return bytes(config.model().textDtype());
  }

  private static long bytes(TrainConfig.Precision type) {
    return type == TrainConfig.Precision.FLOAT32 ? FLOAT : 2;
  }

  private int samples() {
    return config.data().promptsPerRollout() * config.data().groupSize();
  }

  private int evaluated() {
    return config.evaluation().limit() == 0
        ? LARGEST_BATCH
        : config.evaluation().limit() * config.evaluation().imagesPerPrompt();
  }

  private int steps() {
    return config.method().window().window(config.sampling().steps(), config.seed(), 0).size();
  }

  /** The pairs in a part of an update. */
  private int pairs() {
    return ofParts(samples() / config.update().updatesPerRollout() * steps(), 1, parts());
  }

  private static long cells(TrainConfig config, ModelSizes model) {
    VaeConfig vae = model.vae();
    return (long) (config.model().height() / vae.downscale())
        * (config.model().width() / vae.downscale());
  }

  private long latent() {
    return cells(config, model) * model.transformer().latentChannels();
  }

  private static long imageTokens(TrainConfig config, ModelSizes model) {
    long side = model.transformer().tokenSide();
    return cells(config, model) / (side * side);
  }

  private long prompt() {
    return FLOAT * model.textTokens() * model.transformer().jointAttentionDim();
  }

  /** Latents of every transition, twice (alone and stacked), prompts and finished images. */
  private long kept() {
    int n = steps();
    boolean completions = config.method().credit().needsCompletions();
    PromptGroup group = new PromptGroup(0, Prompt.of("", ""), config.data().groupSize());
    double images =
        (double)
                config
                    .method()
                    .plan()
                    .layout(List.of(group), new StepRange(0, n), completions)
                    .images()
            / group.size();
    double latents = 3.0 * n + 1 + images;
    latents += config.method().objective().needsOldMean() ? 2L * n : 0;
    latents += config.method().kl().needsReference() ? 2L * n : 0;
    long pixels = (long) config.model().height() * config.model().width();
    double sample = FLOAT * latents * latent() + IMAGE_BYTES * images * pixels;
    return Math.round(ofParts(samples(), ownParts(), parts()) * sample)
        + (config.data().promptsPerRollout() + 1) * prompt();
  }

  /** The rows of one pass without gradients, and their conditioning. */
  private long sampling(int rows, double guidance) {
    double twice = guidance > 1 ? 2 : 1;
    return Math.round(twice * rows * (measured.sampling() + twice * prompt()));
  }

  private long training(int pairs) {
    double twice = config.sampling().guidance() > 1 ? 2 : 1;
    return Math.round(twice * pairs * (measured.training() + twice * prompt()));
  }

  /** Every worker decodes a slice. */
  private long decoding() {
    long pixels = (long) config.model().height() * config.model().width();
    long slice = Decoder.slice(config.model().device(), pixels);
    return measured.decoding() * cells(config, model) * slice * workers();
  }

  /**
   * A number of bytes as people write it: {@code 24G}, {@code 800M}, {@code 1.5GiB}; units are
   * powers of 1024.
   *
   * @throws UserError for anything else, and where a unit seems to be forgotten
   */
  public static long parseBytes(String text) {
    String plain = text.strip().toUpperCase(java.util.Locale.ROOT).replaceAll("I?B$", "");
    int unit = plain.isEmpty() ? -1 : "KMGT".indexOf(plain.charAt(plain.length() - 1));
    String number = unit < 0 ? plain : plain.substring(0, plain.length() - 1);
    if (!number.matches("[0-9]{1,15}(\\.[0-9]{1,6})?")) {
      throw new UserError("memory must be like 24G, 800M or a number of bytes, not " + text);
    }
    if (unit < 0 && Double.parseDouble(number) < 1 << 20) {
      throw new UserError(
          "memory of %s bytes is less than anything needs; give a unit, such as %sG"
              .formatted(number, number));
    }
    return Math.round(Double.parseDouble(number) * Math.pow(1024, unit + 1));
  }
}
