package dev.meander;

import dev.meander.config.Home;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.generate.Adapter;
import dev.meander.generate.Generator;
import dev.meander.generate.TrainedWeights;
import dev.meander.image.Image;
import dev.meander.model.Pipeline;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.text.TextOptions;
import dev.meander.train.TrainConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A text-to-image model in memory, which draws images and can be trained by {@link Training}.
 *
 * <p>Several models may be open at once; they share the process's threads and its one device. A
 * model is safe for use by several threads: it does one piece of work at a time. {@link #close}
 * frees its memory.
 */
public final class TextToImage implements AutoCloseable {
  private static int open;

  private final Pipeline pipeline;
  private final Options options;
  private final Usage usage;

  private TextToImage(Pipeline pipeline, Options options) {
    this.pipeline = pipeline;
    this.options = options;
    this.usage = new Usage(pipeline.directory().toString());
  }

  /**
   * How a model is loaded.
   *
   * @param precision what the transformer is computed in
   * @param device what the models of this process are computed on
   * @param threads how many threads the engine has in all; 0 means all processors, and the first
   *     model of a process decides
   */
  public record Options(TrainConfig.Precision precision, Hardware device, int threads) {
    /** float32 on the CPU, with all processors. */
    public static final Options DEFAULT =
        new Options(TrainConfig.Precision.FLOAT32, Hardware.CPU, 0);
  }

  /** Loads a model with {@link Options#DEFAULT}. */
  public static TextToImage load(Path directory) {
    return load(directory, Options.DEFAULT);
  }

  /**
   * Loads a model.
   *
   * @param directory a model in diffusers' layout; a relative one may be a bundled model, such as
   *     {@code models/toybox-sd3}
   * @throws UserError listing everything that is wrong with the files, or when the device cannot be
   *     used
   */
  public static TextToImage load(Path directory, Options options) {
    Path found = Home.resolve(directory.toString());
    if (!Files.isDirectory(found)) {
      throw new UserError(
          "there is no model directory %s; give the path of a model in diffusers' layout (the bundled models/toybox-sd3 comes with the artifact dev.meander:meander-models)"
              .formatted(directory));
    }
    begin(options);
    try {
      return new TextToImage(
          Pipeline.load(found, options.precision().engine(), TextOptions.usual()), options);
    } catch (RuntimeException | Error e) {
      end();
      throw e;
    }
  }

  /** The first open model starts the engine; the others find it as it is. */
  private static synchronized void begin(Options options) {
    boolean host = options.device() == Hardware.CPU;
    if (open > 0 && host != Engine.onHost()) {
      throw new UserError(
          "this process has models open on the %s; a process has one device, so close them first"
              .formatted(host ? "GPU" : "CPU"));
    }
    if (open == 0) {
      Engine.start(options.threads());
      Engine.use(options.device());
    }
    open++;
  }

  private static synchronized void end() {
    open--;
  }

  /** Begins to describe images of {@code prompt}; nothing is drawn yet. */
  public Generation generate(String prompt) {
    return new Generation(prompt, Optional.empty());
  }

  /** This model with what a run trained; the model itself stays as it is. */
  public Adapted with(Adapter adapter) {
    return new Adapted(this, adapter);
  }

  /**
   * A model with trained weights; it needs no closing.
   *
   * @param model the model, which must be open when images are drawn
   * @param adapter the weights
   */
  public record Adapted(TextToImage model, Adapter adapter) {
    /** As {@link TextToImage#generate}. */
    public Generation generate(String prompt) {
      return model.generate(prompt).adapter(adapter);
    }
  }

  /** Images to be drawn of one prompt. Equal settings give equal images. */
  public final class Generation {
    private final String prompt;
    private Optional<Adapter> adapter;
    private long seed;
    private int steps = 20;
    private double guidance = 1;
    private double embedded = 3.5;
    private String negative = "";
    private int height;
    private int width;
    private int batchSize = 32;

    private Generation(String prompt, Optional<Adapter> adapter) {
      this.prompt = prompt;
      this.adapter = adapter;
    }

    /** Sets the seed of the starting noise; 0 at first. */
    public Generation seed(long value) {
      seed = value;
      return this;
    }

    /** Sets the number of steps of the ODE; 20 at first. */
    public Generation steps(int value) {
      steps = positive("steps", value);
      return this;
    }

    /** Sets the guidance scale; 1, as at first, or less means none. */
    public Generation guidance(double value) {
      guidance = finite("guidance", value);
      return this;
    }

    /** Sets the guidance scale that a guidance-distilled model is told; 3.5 at first. */
    public Generation embeddedGuidance(double value) {
      embedded = finite("embeddedGuidance", value);
      return this;
    }

    /** Sets the prompt that guidance leads away from; empty at first. */
    public Generation negative(String value) {
      negative = value;
      return this;
    }

    /** Sets the size in pixels; the model's own at first. */
    public Generation size(int newHeight, int newWidth) {
      height = positive("height", newHeight);
      width = positive("width", newWidth);
      return this;
    }

    /** Sets how many images are made at once; 32 at first. */
    public Generation batchSize(int value) {
      batchSize = positive("batchSize", value);
      return this;
    }

    /** Draws with what a run trained. */
    public Generation adapter(Adapter value) {
      adapter = Optional.of(value);
      return this;
    }

    /** Draws with the weights of {@link Adapter#at}. */
    public Generation adapter(Path path) {
      return adapter(Adapter.at(path));
    }

    /**
     * Draws one image.
     *
     * @throws UserError when the model cannot make images of that size, the adapter does not fit,
     *     or the model is closed or being trained
     */
    public Image image() {
      return images(1).get(0);
    }

    /**
     * Draws {@code count} images, each from noise of its own; the first is the one of {@link
     * #image}.
     *
     * @throws UserError as {@link #image}
     */
    public List<Image> images(int count) {
      positive("count", count);
      Generator generator =
          new Generator(
              pipeline,
              new Generator.Settings(steps, guidance, embedded, negative, batchSize, false),
              Progress.Source.SILENT);
      try (TrainedWeights.Loan turn = usage.draw();
          TrainedWeights.Loan loan = adapter.map(a -> a.lend(pipeline)).orElse(() -> {})) {
        return generator.fromSeed(List.of(prompt), count, seed, shape()).images();
      }
    }

    private long[] shape() {
      int side = pipeline.transformer().nativeSide() * pipeline.vae().config().downscale();
      return height == 0 ? pipeline.latentShape(side, side) : pipeline.latentShape(height, width);
    }

    private int positive(String name, int value) {
      if (value < 1) {
        throw new UserError("%s must be at least 1, not %d".formatted(name, value));
      }
      return value;
    }

    private double finite(String name, double value) {
      if (!Double.isFinite(value)) {
        throw new UserError("%s must be a finite number, not %s".formatted(name, value));
      }
      return value;
    }
  }

  /** The loaded model, for a training. */
  Pipeline pipeline() {
    return pipeline;
  }

  /** How it was loaded. */
  Options options() {
    return options;
  }

  /** Who uses the model. */
  Usage usage() {
    return usage;
  }

  /**
   * Frees the model's memory; a second time does nothing.
   *
   * @throws UserError when images are being drawn or the model is being trained: nothing is freed
   *     then
   */
  @Override
  public void close() {
    if (usage.close()) {
      pipeline.close();
      end();
    }
  }
}
