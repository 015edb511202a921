package dev.meander.reward.simple;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.util.Arrays;

/** Registers {@code constant}: the same for every image, so that nothing can be learnt. */
public final class Constant extends SettingsProvider<Constant.Config> {
  /** Its settings. */
  record Config(@Doc("The score.") @Default("0.0") double value) {}

  public Constant() {
    super(
        "constant", "the same score for every image (key: value)", Config.class, Constant::reward);
  }

  private static Reward reward(Config settings) {
    return samples -> {
      float[] scores = new float[samples.size()];
      Arrays.fill(scores, (float) settings.value());
      return scores;
    };
  }
}
