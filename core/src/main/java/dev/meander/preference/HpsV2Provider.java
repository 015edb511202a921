package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link HpsV2} as {@code hpsv2}. */
public final class HpsV2Provider implements RewardProvider {
  @Override
  public String name() {
    return HpsV2.NAME;
  }

  @Override
  public String description() {
    return "HPSv2 or HPSv2.1, an open_clip model (keys: model, tokenizer, batch_size)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(HpsV2Config.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new HpsV2(Rewards.settings(name(), config, HpsV2Config.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    HpsV2Config settings = Rewards.settings(name(), config, HpsV2Config.class);
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.tokenizer().orElse(settings.model())));
  }
}
