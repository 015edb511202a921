package dev.meander.model.sd3;

import dev.meander.model.DiffusersPipeline;
import dev.meander.model.ModelDirectory;
import dev.meander.schedule.ScheduleSpec;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.TableDynamicShift;
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

/** The parts of a StableDiffusion3Pipeline; T5 is there when {@code model_index.json} names it. */
final class Sd3Pipeline extends DiffusersPipeline<Sd3Config> {
  static final String CLASS = "StableDiffusion3Pipeline";
  private static final int T5_TOKENS = 256;
  private static final String WITHOUT_T5 =
      " (to do without T5, set text_encoder_3 and tokenizer_3 to [null, null] in model_index.json)";

  private final boolean withT5;
  private final ClipConfig first;
  private final ClipConfig second;
  private final T5Config third; // null without T5
  private final ClipTokenizer firstTokenizer;
  private final ClipTokenizer secondTokenizer;
  private final T5Tokenizer thirdTokenizer;

  /**
   * Reads settings and tokenizers and opens the weights.
   *
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  Sd3Pipeline(ModelDirectory parts) {
    super(
        parts,
        withT5(parts)
            ? List.of("text_encoder", "text_encoder_2", "text_encoder_3")
            : List.of("text_encoder", "text_encoder_2"),
        withT5(parts) ? WITHOUT_T5 : "",
        Sd3Config.class,
        "SD3Transformer2DModel");
    withT5 = withT5(parts);
    first = parts.config("text_encoder", ClipConfig.class, null);
    second = parts.config("text_encoder_2", ClipConfig.class, null);
    third = withT5 ? parts.config("text_encoder_3", T5Config.class, null) : null;
    if (parts.problems().isEmpty()) {
      check();
    }
    firstTokenizer = parts.tokenizer("tokenizer", ClipTokenizer::load);
    secondTokenizer = parts.tokenizer("tokenizer_2", ClipTokenizer::load);
    thirdTokenizer = withT5 ? parts.tokenizer("tokenizer_3", T5Tokenizer::load) : null;
    parts.throwIfAny();
    checkLengths();
    parts.throwIfAny();
  }

  private static boolean withT5(ModelDirectory parts) {
    return parts.index().path("text_encoder_3").path(0).isTextual();
  }

  private void check() {
    int clip = first.hiddenSize() + second.hiddenSize();
    if (clip > transformer.jointAttentionDim()) {
      files
          .problems()
          .add(
              "both text encoders' hidden_size together, %d, exceed the transformer's joint_attention_dim %d"
                  .formatted(clip, transformer.jointAttentionDim()));
    }
    if (withT5) {
      files.requireEqual(
          "text_encoder_3's d_model",
          third.dModel(),
          "the transformer's joint_attention_dim",
          transformer.jointAttentionDim());
    }
    files.requireEqual(
        "both text encoders' projection_dim together",
        first.projectionDim() + second.projectionDim(),
        "the transformer's pooled_projection_dim",
        transformer.pooledProjectionDim());
    files.requireEqual(
        "the VAE's latent_channels",
        vae.latentChannels(),
        "the transformer's in_channels",
        transformer.inChannels());
    files.requireEqual(
        "the transformer's out_channels",
        transformer.channelsOut(),
        "its in_channels",
        transformer.inChannels());
  }

  /** The first tokenizer's length rules both encoders. */
  private void checkLengths() {
    if (!files.withText()) {
      return;
    }
    for (ClipConfig encoder : List.of(first, second)) {
      encoder.requireLength(firstTokenizer.maxLength(), files.problems());
    }
  }

  @Override
  public PromptEncoder text(TextOptions options) {
    int before = files.problems().count();
    ClipTextModel one = files.clip("text_encoder", first, options, true);
    ClipTextModel two = files.clip("text_encoder_2", second, options, true);
    T5EncoderModel three = withT5 ? files.t5("text_encoder_3", third, options) : null;
    return files.problems().count() > before
        ? null
        : new Sd3PromptEncoder(
            new ClipEncoder(firstTokenizer, one),
            new ClipEncoder(secondTokenizer, two),
            withT5 ? new T5Encoder(thirdTokenizer, three) : null,
            transformer.jointAttentionDim(),
            t5Tokens(options));
  }

  /** Tokens of T5, or rows of zeros in their place. */
  private int t5Tokens(TextOptions options) {
    return meander.tokens(options, T5_TOKENS);
  }

  @Override
  public int textTokens(TextOptions options) {
    return firstTokenizer.maxLength() + t5Tokens(options);
  }

  @Override
  public ScheduleSpec schedule(int imageTokens) {
    return scheduler.schedule(imageTokens, StaticShift::new, TableDynamicShift::new);
  }
}
