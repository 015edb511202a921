package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.FilePath;
import dev.meander.config.Positive;
import java.util.Optional;

/**
 * Settings of {@link PickScore}.
 *
 * @param model directory of a transformers CLIPModel
 * @param processor directory of image processing and tokenizer; the model's own when empty
 * @param scale what is made of the cosine
 * @param batchSize images in one pass
 */
public record PickScoreConfig(
    @Doc("Directory of a transformers CLIPModel: config.json and safetensors.") @FilePath
        String model,
    @Doc("Directory of preprocessor_config.json and the tokenizer, when it is another.") @FilePath
        Optional<String> processor,
    @Doc("raw: exp(logit_scale) * cosine, as published; training: that divided by 26.")
        @Default("training")
        Scale scale,
    @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {

  /** What is made of the cosine. */
  public enum Scale {
    /** {@code exp(logit_scale) * cos / 26}, about 0.8 to 1 for PickScore: Flow-GRPO's reward. */
    TRAINING(26),
    /** {@code exp(logit_scale) * cos}, about 20 to 26 for PickScore: what papers report. */
    RAW(1);

    private final double divisor;

    Scale(double divisor) {
      this.divisor = divisor;
    }

    double divisor() {
      return divisor;
    }
  }
}
