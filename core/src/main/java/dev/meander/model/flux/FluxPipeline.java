package dev.meander.model.flux;

import dev.meander.model.ModelDirectory;
import dev.meander.model.PipelineParts;
import dev.meander.model.SchedulerConfig;
import dev.meander.model.VaeConfig;
import dev.meander.schedule.DynamicShift;
import dev.meander.schedule.FluxShift;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.text.ClipConfig;
import dev.meander.text.ClipEncoder;
import dev.meander.text.ClipTextModel;
import dev.meander.text.ClipTokenizer;
import dev.meander.text.PromptEncoder;
import dev.meander.text.T5Config;
import dev.meander.text.T5Encoder;
import dev.meander.text.T5EncoderModel;
import dev.meander.text.T5Tokenizer;
import dev.meander.text.TextOptions;
import java.util.ArrayList;
import java.util.List;

/** The parts of a FluxPipeline. */
final class FluxPipeline implements PipelineParts {
  static final String CLASS = "FluxPipeline";
  private static final int T5_TOKENS = 512;
  private static final List<String> WITH_WEIGHTS =
      List.of("transformer", "vae", "text_encoder", "text_encoder_2");

  private final ModelDirectory parts;
  private final FluxConfig transformer;
  private final VaeConfig vae;
  private final ClipConfig clip;
  private final T5Config t5;
  private final SchedulerConfig scheduler;
  private final ModelDirectory.MeanderFile meander;
  private final ClipTokenizer clipTokenizer;
  private final T5Tokenizer t5Tokenizer;

  /**
   * Reads settings and tokenizers and opens the weights.
   *
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  FluxPipeline(ModelDirectory parts) {
    this.parts = parts;
    List<String> needed = new ArrayList<>(List.of("scheduler", "tokenizer", "tokenizer_2"));
    needed.addAll(WITH_WEIGHTS);
    parts.require(needed, "");
    transformer = parts.config("transformer", FluxConfig.class, "FluxTransformer2DModel");
    vae = parts.vae();
    clip = parts.config("text_encoder", ClipConfig.class, null);
    t5 = parts.config("text_encoder_2", T5Config.class, null);
    scheduler = parts.scheduler();
    meander = parts.meander();
    if (parts.problems().isEmpty()) {
      check();
    }
    WITH_WEIGHTS.forEach(parts::open);
    clipTokenizer = parts.tokenizer("tokenizer", ClipTokenizer::load);
    t5Tokenizer = parts.tokenizer("tokenizer_2", T5Tokenizer::load);
    parts.throwIfAny();
    if (parts.withText()) {
      clip.requireLength(clipTokenizer.maxLength(), parts.problems());
      parts.throwIfAny();
    }
  }

  private void check() {
    parts.requireEqual(
        "text_encoder's hidden_size",
        clip.hiddenSize(),
        "the transformer's pooled_projection_dim",
        transformer.pooledProjectionDim());
    parts.requireEqual(
        "text_encoder_2's d_model",
        t5.dModel(),
        "the transformer's joint_attention_dim",
        transformer.jointAttentionDim());
    parts.requireEqual(
        "four times the VAE's latent_channels",
        4 * vae.latentChannels(),
        "the transformer's in_channels",
        transformer.inChannels());
    parts.requireEqual(
        "the transformer's out_channels",
        transformer.channelsOut(),
        "its in_channels",
        transformer.inChannels());
  }

  @Override
  public FluxConfig transformerConfig() {
    return transformer;
  }

  @Override
  public VaeConfig vaeConfig() {
    return vae;
  }

  @Override
  public int textTokens(TextOptions options) {
    int tokens = meander.tokens(options, T5_TOKENS);
    if (tokens == 0) {
      parts.problems().add("t5_tokens must be at least 1 for FLUX, whose text is T5's");
    }
    return tokens;
  }

  @Override
  public PromptEncoder text(TextOptions options) {
    int before = parts.problems().count();
    int tokens = textTokens(options);
    ClipTextModel first = parts.clip("text_encoder", clip, options, false);
    T5EncoderModel second = parts.t5("text_encoder_2", t5, options);
    return parts.problems().count() > before
        ? null
        : new FluxPromptEncoder(
            new ClipEncoder(clipTokenizer, first), new T5Encoder(t5Tokenizer, second), tokens);
  }

  @Override
  public ScheduleSpec schedule(int imageTokens) {
    return scheduler.useDynamicShifting()
        ? new DynamicShift(
            imageTokens,
            scheduler.baseImageSeqLen(),
            scheduler.maxImageSeqLen(),
            scheduler.baseShift(),
            scheduler.maxShift())
        : new FluxShift(scheduler.shift());
  }
}
