package dev.meander.cli.published;

import dev.meander.model.AutoencoderKl;
import dev.meander.model.FlowTransformer;
import dev.meander.model.ModelSizes;
import dev.meander.model.PublishedWeights;
import dev.meander.model.TransformerConfig;
import dev.meander.model.VaeConfig;
import dev.meander.model.flux.FluxConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import dev.meander.text.TextOptions;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Models that are known without their files: the numbers of their {@code config.json}. */
public enum PublishedModel {
  SD3_MEDIUM(
      PublishedWeights.SD3_MEDIUM,
      Family.SD3,
      List.of(24),
      blocks -> sd3(blocks.get(0), 24, 0, 192, null)),
  SD35_MEDIUM(
      PublishedWeights.SD35_MEDIUM,
      Family.SD3,
      List.of(24),
      blocks -> sd3(blocks.get(0), 24, 13, 384, "rms_norm")),
  SD35_LARGE(
      PublishedWeights.SD35_LARGE,
      Family.SD3,
      List.of(38),
      blocks -> sd3(blocks.get(0), 38, 0, 192, "rms_norm")),
  FLUX1_DEV(PublishedWeights.FLUX1_DEV, Family.FLUX, List.of(19, 38), blocks -> flux(blocks, true)),
  FLUX1_SCHNELL(
      PublishedWeights.FLUX1_SCHNELL, Family.FLUX, List.of(19, 38), blocks -> flux(blocks, false));

  /** CLIP ViT-L/14's text tower, and its projection. */
  private static final long CLIP_L = 123_060_480;

  private static final long CLIP_L_PROJECTION = 768 * 768;

  /** OpenCLIP ViT-bigG/14's text tower with its projection. */
  private static final long CLIP_G = 694_659_840;

  /** The encoder of T5 v1.1 XXL. */
  private static final long T5_XXL = 4_762_310_656L;

  /** What the models of a pipeline have in common. */
  private enum Family {
    SD3(
        77,
        256,
        1.5305,
        0.0609,
        Map.of(
            "text_encoder",
            CLIP_L + CLIP_L_PROJECTION,
            "text_encoder_2",
            CLIP_G,
            "text_encoder_3",
            T5_XXL)),
    FLUX(0, 512, 0.3611, 0.1159, Map.of("text_encoder", CLIP_L, "text_encoder_2", T5_XXL));

    private final int clipTokens;
    private final int t5Tokens;
    private final VaeConfig vae;
    private final Map<String, Long> textEncoders;

    Family(
        int clipTokens,
        int t5Tokens,
        double scaling,
        double shift,
        Map<String, Long> textEncoders) {
      this.clipTokens = clipTokens;
      this.t5Tokens = t5Tokens;
      this.textEncoders = textEncoders;
      this.vae =
          new VaeConfig(
              3,
              3,
              16,
              List.of(128, 256, 512, 512),
              2,
              32,
              scaling,
              shift,
              false,
              false,
              true,
              1024);
    }
  }

  private final PublishedWeights weights;
  private final Family family;
  private final List<Integer> blocks;
  private final Function<List<Integer>, TransformerConfig> transformer;

  PublishedModel(
      PublishedWeights weights,
      Family family,
      List<Integer> blocks,
      Function<List<Integer>, TransformerConfig> transformer) {
    this.weights = weights;
    this.family = family;
    this.blocks = blocks;
    this.transformer = transformer;
  }

  /** The model that a directory is named after, e.g. {@code models/sd3.5-medium}. */
  public static Optional<PublishedModel> named(Path directory) {
    return PublishedWeights.named(directory)
        .flatMap(w -> Arrays.stream(values()).filter(m -> m.weights == w).findFirst());
  }

  /** Its name, and where it is published. */
  public PublishedWeights weights() {
    return weights;
  }

  /** How many blocks of each kind it has. */
  public List<Integer> blocks() {
    return blocks;
  }

  /** Rows of a prompt's conditioning, with as many of T5's as its pipeline takes. */
  public int textTokens() {
    return family.clipTokens + family.t5Tokens;
  }

  /**
   * Its transformer's configuration.
   *
   * @param blocks how many of each kind
   */
  public TransformerConfig transformer(List<Integer> blocks) {
    return transformer.apply(blocks);
  }

  /** What a directory with the model would say; nothing is read, and no memory is filled. */
  public ModelSizes sizes(TextOptions options) {
    Map<String, Long> parameters = new TreeMap<>(family.textEncoders);
    Map<String, long[]> layers = new TreeMap<>();
    try (Scope scope = new Scope()) {
      FlowTransformer network =
          transformer(blocks).build(Parameters.unset(ScalarType.BFloat16), ScalarType.BFloat16);
      parameters.put("transformer", count(network.tensors()));
      network.linears().forEach((name, l) -> layers.put(name, new long[] {l.out(), l.in()}));
      Parameters vae = Parameters.unset(ScalarType.BFloat16);
      new AutoencoderKl(family.vae, vae);
      parameters.put("vae", count(vae.finish().tensors()));
    }
    return new ModelSizes(
        transformer(blocks),
        family.vae,
        parameters,
        layers,
        family.clipTokens + options.maxTokens().orElse(family.t5Tokens));
  }

  private static long count(Map<String, Tensor> tensors) {
    return tensors.values().stream().mapToLong(Tensor::numel).sum();
  }

  private static TransformerConfig sd3(
      int blocks, int heads, int dual, int positions, String norm) {
    List<Integer> duals = IntStream.range(0, Math.min(dual, blocks)).boxed().toList();
    return new Sd3Config(
        128, 2, 16, 16, blocks, 64, heads, 4096, 64 * heads, 2048, positions, duals, norm);
  }

  private static TransformerConfig flux(List<Integer> blocks, boolean guidance) {
    return new FluxConfig(
        1,
        64,
        null,
        blocks.get(0),
        blocks.get(1),
        128,
        24,
        4096,
        768,
        guidance,
        List.of(16, 56, 56));
  }
}
