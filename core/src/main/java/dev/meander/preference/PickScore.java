package dev.meander.preference;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Flat;
import dev.meander.config.Positive;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;

/**
 * {@code pickscore}: PickScore (arXiv 2305.01569), {@code exp(logit_scale) * cos(prompt, image)} by
 * a CLIP model whose difference for two images is the log-odds that people prefer the first.
 */
public final class PickScore extends SettingsProvider<PickScore.Settings> {
  private static final String NAME = "pickscore";

  record Settings(
      @Doc("The model.") @Flat ClipFiles files,
      @Doc("raw: exp(logit_scale) * cosine, as published; training: that divided by 26.")
          @Default("training")
          Scale scale,
      @Doc("Images in one pass of the network.") @Default("32") @Positive int batchSize) {}

  /** What is made of the cosine. */
  enum Scale {
    /** {@code exp(logit_scale) * cos / 26}, about 0.8 to 1 for PickScore: Flow-GRPO's reward. */
    TRAINING(26),
    /** {@code exp(logit_scale) * cos}, about 20 to 26 for PickScore: what papers report. */
    RAW(1);

    private final double divisor;

    Scale(double divisor) {
      this.divisor = divisor;
    }
  }

  public PickScore() {
    super(
        NAME,
        "PickScore, or the toy world's own preference model (keys: model, processor, scale, batch_size)",
        Settings.class,
        settings -> reward(settings, settings.files().load()));
  }

  private static Reward reward(Settings settings, ClipEncoder clip) {
    double factor = clip.scale() / settings.scale().divisor;
    return new ClipReward(
        NAME, clip, settings.batchSize(), cosines -> cosines.mul(new Scalar(factor)));
  }

  @Override
  protected List<Path> files(Settings settings) {
    return settings.files().files();
  }

  @Override
  protected List<String> changeable() {
    return List.of("scale", "batch_size");
  }

  /** The same network with another scale or batch size; closing either closes it. */
  @Override
  protected Reward sharing(Reward loaded, Settings settings) {
    return reward(settings, ((ClipReward) loaded).clip());
  }
}
