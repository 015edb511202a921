package dev.meander.model.flux;

import dev.meander.model.DiffusersPipeline;
import dev.meander.model.ModelDirectory;
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
import java.util.List;

/** The parts of a FluxPipeline. */
final class FluxPipeline extends DiffusersPipeline<FluxConfig> {
  static final String CLASS = "FluxPipeline";
  private static final int T5_TOKENS = 512;
  private static final List<String> ENCODERS = List.of("text_encoder", "text_encoder_2");

  private final ClipConfig clip;
  private final T5Config t5;
  private final ClipTokenizer clipTokenizer;
  private final T5Tokenizer t5Tokenizer;

  /**
   * Reads settings and tokenizers and opens the weights.
   *
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  FluxPipeline(ModelDirectory parts) {
    super(parts, ENCODERS, "", FluxConfig.class, "FluxTransformer2DModel");
    clip = parts.config("text_encoder", ClipConfig.class, null);
    t5 = parts.config("text_encoder_2", T5Config.class, null);
    if (parts.problems().isEmpty()) {
      check();
    }
    clipTokenizer = parts.tokenizer("tokenizer", ClipTokenizer::load);
    t5Tokenizer = parts.tokenizer("tokenizer_2", T5Tokenizer::load);
    parts.throwIfAny();
    if (parts.withText()) {
      clip.requireLength(clipTokenizer.maxLength(), parts.problems());
      parts.throwIfAny();
    }
  }

  private void check() {
    files.requireEqual(
        "text_encoder's hidden_size",
        clip.hiddenSize(),
        "the transformer's pooled_projection_dim",
        transformer.pooledProjectionDim());
    files.requireEqual(
        "text_encoder_2's d_model",
        t5.dModel(),
        "the transformer's joint_attention_dim",
        transformer.jointAttentionDim());
    files.requireEqual(
        "four times the VAE's latent_channels",
        4 * vae.latentChannels(),
        "the transformer's in_channels",
        transformer.inChannels());
    files.requireEqual(
        "the transformer's out_channels",
        transformer.channelsOut(),
        "its in_channels",
        transformer.inChannels());
  }

  @Override
  public int textTokens(TextOptions options) {
    int tokens = meander.tokens(options, T5_TOKENS);
    if (tokens == 0) {
      files.problems().add("t5_tokens must be at least 1 for FLUX, whose text is T5's");
    }
    return tokens;
  }

  @Override
  public PromptEncoder text(TextOptions options) {
    int before = files.problems().count();
    int tokens = textTokens(options);
    ClipTextModel first = files.clip("text_encoder", clip, options, false);
    T5EncoderModel second = files.t5("text_encoder_2", t5, options);
    return files.problems().count() > before
        ? null
        : new FluxPromptEncoder(
            new ClipEncoder(clipTokenizer, first), new T5Encoder(t5Tokenizer, second), tokens);
  }

  @Override
  public ScheduleSpec schedule(int imageTokens) {
    return scheduler.schedule(imageTokens, FluxShift::new, shift -> shift);
  }
}
