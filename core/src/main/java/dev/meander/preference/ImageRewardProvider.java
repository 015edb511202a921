package dev.meander.preference;

import dev.meander.config.Home;
import dev.meander.reward.SettingsProvider;
import java.nio.file.Path;
import java.util.List;

/** Registers {@link ImageReward} as {@code image_reward}. */
public final class ImageRewardProvider extends SettingsProvider<ImageRewardConfig> {
  public ImageRewardProvider() {
    super(
        ImageReward.NAME,
        "ImageReward, BLIP with a head (keys: model, tokenizer, vision_heads, batch_size)",
        ImageRewardConfig.class,
        ImageReward::load);
  }

  @Override
  protected List<Path> files(ImageRewardConfig settings) {
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }
}
