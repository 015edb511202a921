package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link ImageReward} as {@code image_reward}. */
public final class ImageRewardProvider implements RewardProvider {
  @Override
  public String name() {
    return ImageReward.NAME;
  }

  @Override
  public String description() {
    return "ImageReward, BLIP with a head (keys: model, tokenizer, vision_heads, batch_size)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(ImageRewardConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return ImageReward.load(Rewards.settings(name(), config, ImageRewardConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    ImageRewardConfig settings = Rewards.settings(name(), config, ImageRewardConfig.class);
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }
}
