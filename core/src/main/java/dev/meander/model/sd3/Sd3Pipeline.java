package dev.meander.model.sd3;

import dev.meander.model.ModelDirectory;
import dev.meander.model.PipelineParts;
import dev.meander.model.SchedulerConfig;
import dev.meander.model.VaeConfig;
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
import java.util.ArrayList;
import java.util.List;

/** The parts of a StableDiffusion3Pipeline; T5 is there when {@code model_index.json} names it. */
final class Sd3Pipeline implements PipelineParts {
  static final String CLASS = "StableDiffusion3Pipeline";
  private static final int T5_TOKENS = 256;
  private static final String WITHOUT_T5 =
      " (to do without T5, set text_encoder_3 and tokenizer_3 to [null, null] in model_index.json)";

  private final ModelDirectory parts;
  private final boolean withT5;
  private final Sd3Config transformer;
  private final VaeConfig vae;
  private final ClipConfig first;
  private final ClipConfig second;
  private final T5Config third; // null without T5
  private final SchedulerConfig scheduler;
  private final ModelDirectory.MeanderFile meander;
  private final ClipTokenizer firstTokenizer;
  private final ClipTokenizer secondTokenizer;
  private final T5Tokenizer thirdTokenizer;

  /**
   * Reads settings and tokenizers and opens the weights.
   *
   * @throws dev.meander.config.UserError listing everything that is missing or wrong
   */
  Sd3Pipeline(ModelDirectory parts) {
    this.parts = parts;
    withT5 = parts.index().path("text_encoder_3").path(0).isTextual();
    List<String> weights =
        new ArrayList<>(List.of("transformer", "vae", "text_encoder", "text_encoder_2"));
    List<String> needed = new ArrayList<>(List.of("scheduler", "tokenizer", "tokenizer_2"));
    if (withT5) {
      weights.add("text_encoder_3");
      needed.add("tokenizer_3");
    }
    needed.addAll(weights);
    parts.require(needed, withT5 ? WITHOUT_T5 : "");
    transformer = parts.config("transformer", Sd3Config.class, "SD3Transformer2DModel");
    vae = parts.vae();
    first = parts.config("text_encoder", ClipConfig.class, null);
    second = parts.config("text_encoder_2", ClipConfig.class, null);
    third = withT5 ? parts.config("text_encoder_3", T5Config.class, null) : null;
    scheduler = parts.scheduler();
    meander = parts.meander();
    if (parts.problems().isEmpty()) {
      check();
    }
    weights.forEach(parts::open);
    firstTokenizer = parts.tokenizer("tokenizer", ClipTokenizer::load);
    secondTokenizer = parts.tokenizer("tokenizer_2", ClipTokenizer::load);
    thirdTokenizer = withT5 ? parts.tokenizer("tokenizer_3", T5Tokenizer::load) : null;
    parts.throwIfAny();
    checkLengths();
    parts.throwIfAny();
  }

  private void check() {
    int clip = first.hiddenSize() + second.hiddenSize();
    if (clip > transformer.jointAttentionDim()) {
      parts
          .problems()
          .add(
              "both text encoders' hidden_size together, %d, exceed the transformer's joint_attention_dim %d"
                  .formatted(clip, transformer.jointAttentionDim()));
    }
    if (withT5) {
      parts.requireEqual(
          "text_encoder_3's d_model",
          third.dModel(),
          "the transformer's joint_attention_dim",
          transformer.jointAttentionDim());
    }
    parts.requireEqual(
        "both text encoders' projection_dim together",
        first.projectionDim() + second.projectionDim(),
        "the transformer's pooled_projection_dim",
        transformer.pooledProjectionDim());
    parts.requireEqual(
        "the VAE's latent_channels",
        vae.latentChannels(),
        "the transformer's in_channels",
        transformer.inChannels());
    parts.requireEqual(
        "the transformer's out_channels",
        transformer.channelsOut(),
        "its in_channels",
        transformer.inChannels());
  }

  /** The first tokenizer's length rules both encoders. */
  private void checkLengths() {
    if (!parts.withText()) {
      return;
    }
    for (ClipConfig encoder : List.of(first, second)) {
      encoder.requireLength(firstTokenizer.maxLength(), parts.problems());
    }
  }

  @Override
  public PromptEncoder text(TextOptions options) {
    int before = parts.problems().count();
    ClipTextModel one = parts.clip("text_encoder", first, options, true);
    ClipTextModel two = parts.clip("text_encoder_2", second, options, true);
    T5EncoderModel three = withT5 ? parts.t5("text_encoder_3", third, options) : null;
    return parts.problems().count() > before
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
  public Sd3Config transformerConfig() {
    return transformer;
  }

  @Override
  public VaeConfig vaeConfig() {
    return vae;
  }

  @Override
  public int textTokens(TextOptions options) {
    return firstTokenizer.maxLength() + t5Tokens(options);
  }

  @Override
  public ScheduleSpec schedule(int imageTokens) {
    return scheduler.useDynamicShifting()
        ? new TableDynamicShift(
            imageTokens,
            scheduler.baseImageSeqLen(),
            scheduler.maxImageSeqLen(),
            scheduler.baseShift(),
            scheduler.maxShift())
        : new StaticShift(scheduler.shift());
  }
}
