package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Default;
import dev.meander.config.Ignored;
import dev.meander.config.Positive;
import dev.meander.config.UserError;
import dev.meander.text.ClipConfig;
import java.nio.file.Path;

/**
 * The hyperparameters of an open_clip model: {@code model_cfg} of its {@code
 * open_clip_config.json}, or one of open_clip's own {@code model_configs}.
 *
 * @param embedDim the number of features of an embedding
 * @param visionCfg the configuration of the vision tower
 * @param textCfg the configuration of the text tower
 * @param quickGelu the activation of both, {@code gelu} otherwise
 */
@Ignored({"init_logit_scale", "custom_text"})
record OpenClipConfig(
    @Positive int embedDim, Vision visionCfg, Text textCfg, @Default("false") boolean quickGelu) {
  private static final double EPS = 1e-5;
  private static final int LARGEST_ID =
      2; // ClipConfig's way to say that the largest id ends a prompt

  /** The vision tower; what would change the architecture is refused as an unknown key. */
  @Ignored({"output_tokens", "patch_dropout"})
  record Vision(
      @Positive int layers,
      @Positive int width,
      @Default("64") @Positive int headWidth,
      @Default("4.0") @Positive double mlpRatio,
      @Positive int patchSize,
      @Default("224") @Positive int imageSize) {}

  /** The text tower. */
  @Ignored({"output_tokens", "tokenizer_kwargs", "hf_tokenizer_name"})
  record Text(
      @Default("77") @Positive int contextLength,
      @Default("49408") @Positive int vocabSize,
      @Positive int width,
      @Positive int heads,
      @Positive int layers,
      @Default("4.0") @Positive double mlpRatio) {}

  /**
   * Reads the file.
   *
   * @throws dev.meander.config.UserError naming the file and every key that is wrong or stands for
   *     an architecture that is not supported
   */
  static OpenClipConfig read(Path file) {
    ObjectNode json = ConfigFile.read(file);
    JsonNode model = json.has("model_cfg") ? json.path("model_cfg") : json;
    OpenClipConfig config = Binder.bind(model, OpenClipConfig.class, file.toString());
    try {
      config.toClip();
    } catch (IllegalArgumentException e) {
      throw new UserError(file + ": " + e.getMessage(), e);
    }
    return config;
  }

  /** The same model in transformers' terms. */
  ClipModelConfig toClip() {
    String activation = quickGelu ? "quick_gelu" : "gelu";
    ClipConfig text =
        new ClipConfig(
            textCfg.vocabSize,
            textCfg.width,
            (int) (textCfg.width * textCfg.mlpRatio),
            embedDim,
            textCfg.layers,
            textCfg.heads,
            textCfg.contextLength,
            activation,
            EPS,
            LARGEST_ID);
    ClipVisionConfig vision =
        new ClipVisionConfig(
            visionCfg.width,
            (int) (visionCfg.width * visionCfg.mlpRatio),
            visionCfg.layers,
            visionCfg.width / visionCfg.headWidth,
            visionCfg.imageSize,
            visionCfg.patchSize,
            activation,
            EPS);
    return new ClipModelConfig(text, vision, embedDim);
  }
}
