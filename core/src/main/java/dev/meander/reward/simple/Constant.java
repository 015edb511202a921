package dev.meander.reward.simple;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.reward.KnownPicture;
import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;
import java.util.Arrays;
import java.util.List;

/** Registers {@code constant}: the same for every image, so that nothing can be learnt. */
public final class Constant extends SettingsProvider<Constant.Config> {
  /** Its settings. */
  record Config(@Doc("The score.") @Default("0.0") double value) {}

  public Constant() {
    super(
        "constant", "the same score for every image (key: value)", Config.class, Constant::reward);
  }

  @Override
  protected List<KnownPicture> knownPictures(Config settings) {
    return List.of(
        KnownPicture.of("a grey picture", Plain.sample(0x808080), (float) settings.value()));
  }

  private static Reward reward(Config settings) {
    return samples -> {
      float[] scores = new float[samples.size()];
      Arrays.fill(scores, (float) settings.value());
      return scores;
    };
  }
}
