package dev.meander.model;

import dev.meander.config.Problems;
import dev.meander.config.UserError;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.tensor.FreedMemory;
import dev.meander.tensor.Natives;
import dev.meander.tensor.Scope;
import dev.meander.text.PromptEncoder;
import dev.meander.text.Prompts;
import dev.meander.text.TextOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A whole text-to-image model from a directory in diffusers' layout, of any family that a {@link
 * PipelineReader} reads: text encoders, flow transformer, autoencoder and schedule.
 *
 * <p>The transformer's parameters are in the compute type, those of the text encoders in the type
 * of their options, everything else is float32. Parameters require no gradients and outlive the
 * scope that they are loaded in; {@link #close} frees them.
 */
public final class Pipeline implements AutoCloseable {
  static {
    Natives.prepare();
  }

  private final Path directory;
  private final PipelineParts parts;
  private final Prompts prompts;
  private final Optional<TextEncoders> text;
  private final FlowTransformer transformer;
  private final AutoencoderKl vae;
  private final List<Tensor> owned;

  private Pipeline(
      Path directory,
      PipelineParts parts,
      Prompts prompts,
      Optional<TextEncoders> text,
      FlowTransformer transformer,
      AutoencoderKl vae,
      List<Tensor> owned) {
    this.directory = directory;
    this.parts = parts;
    this.prompts = prompts;
    this.text = text;
    this.transformer = transformer;
    this.vae = vae;
    this.owned = owned;
  }

  /**
   * Loads a model. Files and settings are all checked before weights are read.
   *
   * @param dir the directory that holds {@code model_index.json} and a directory for each component
   * @param compute what the transformer computes in, {@code Float} or {@code BFloat16}
   * @param options the options of the text encoders; where they name no number of tokens it is that
   *     of {@code meander.json} in the directory, else diffusers' own
   * @throws UserError listing every missing file, every wrong setting and every tensor that does
   *     not fit
   */
  public static Pipeline load(Path dir, ScalarType compute, TextOptions options) {
    return loading(
        dir,
        true,
        true,
        (files, parts) -> {
          FlowTransformer transformer = files.transformer(parts.transformerConfig(), compute);
          AutoencoderKl vae = files.autoencoder(parts.vaeConfig());
          PromptEncoder encoder = parts.text(options);
          files.throwIfAny();
          TextEncoders text = files.keepText(encoder);
          return new Pipeline(
              dir, parts, text.oneByOne(), Optional.of(text), transformer, vae, files.keep());
        });
  }

  /**
   * Loads a model without its text encoders.
   *
   * @param prompts what takes their place
   * @throws UserError as {@link #load(Path, ScalarType, TextOptions)}
   */
  public static Pipeline load(Path dir, ScalarType compute, Prompts prompts) {
    return loading(
        dir,
        false,
        true,
        (files, parts) -> {
          FlowTransformer transformer = files.transformer(parts.transformerConfig(), compute);
          AutoencoderKl vae = files.autoencoder(parts.vaeConfig());
          files.throwIfAny();
          return new Pipeline(
              dir, parts, prompts, Optional.empty(), transformer, vae, files.keep());
        });
  }

  /**
   * Loads the text encoders alone.
   *
   * @throws UserError as {@link #load(Path, ScalarType, TextOptions)}
   */
  public static TextEncoders loadText(Path dir, TextOptions options) {
    return loading(
        dir,
        true,
        false,
        (files, parts) -> {
          PromptEncoder encoder = parts.text(options);
          files.throwIfAny();
          return files.keepText(encoder);
        });
  }

  private static <T> T loading(
      Path dir,
      boolean withText,
      boolean withImages,
      BiFunction<ModelDirectory, PipelineParts, T> build) {
    try (Scope scope = new Scope();
        ModelDirectory files = new ModelDirectory(dir, withText, withImages)) {
      return build.apply(files, PipelineReaders.of(files).read(files));
    }
  }

  /** Conditioning of prompts, each encoded by itself. */
  public Prompts prompts() {
    return prompts;
  }

  public FlowTransformer transformer() {
    return transformer;
  }

  public AutoencoderKl vae() {
    return vae;
  }

  /**
   * The autoencoder.
   *
   * @param tiled whether it decodes large images in tiles
   */
  public AutoencoderKl vae(boolean tiled) {
    return tiled ? vae.tiled() : vae;
  }

  /**
   * The noise levels that images are sampled with.
   *
   * @param latentShape the latent shape of one of them, [C, h, w]: FLUX.1-dev's noise levels depend
   *     on the size
   */
  public ScheduleSpec schedule(long[] latentShape) {
    long patch = transformer.patchSize();
    long tokens = (latentShape[1] / patch) * (latentShape[2] / patch);
    return parts.schedule(Math.toIntExact(tokens));
  }

  /** Where the model was loaded from. */
  public Path directory() {
    return directory;
  }

  /**
   * The latent of one image.
   *
   * @param height the height of the image in pixels
   * @param width the width of the image in pixels
   * @return [C, h, w]
   * @throws UserError when the model cannot make images of that size
   */
  public long[] latentShape(int height, int width) {
    int cell = vae.config().downscale();
    int token = cell * transformer.patchSize();
    OptionalInt largest = transformer.largestSide();
    Problems sizes = new Problems();
    for (int side : new int[] {height, width}) {
      boolean tooLarge = largest.isPresent() && side > cell * largest.getAsInt();
      if (side < token || tooLarge || side % token != 0) {
        sizes.add(
            "a side of %d pixels must be a multiple of %d (%d pixels a latent cell, %d cells a token)%s"
                .formatted(
                    side,
                    token,
                    cell,
                    transformer.patchSize(),
                    largest.isPresent() ? ", at most " + cell * largest.getAsInt() : ""));
      }
    }
    sizes.throwIfAny("image size " + height + " x " + width);
    return new long[] {transformer.latentChannels(), height / cell, width / cell};
  }

  @Override
  public void close() {
    text.ifPresent(TextEncoders::close);
    owned.forEach(Tensor::close);
    owned.clear();
    FreedMemory.giveBack();
  }
}
