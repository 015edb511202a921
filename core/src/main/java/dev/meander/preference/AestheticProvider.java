package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link Aesthetic} as {@code aesthetic}. */
public final class AestheticProvider implements RewardProvider {
  @Override
  public String name() {
    return Aesthetic.NAME;
  }

  @Override
  public String description() {
    return "LAION's aesthetic predictor on CLIP ViT-L/14 (keys: model, processor, head, batch_size)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(AestheticConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new Aesthetic(Rewards.settings(name(), config, AestheticConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    AestheticConfig settings = Rewards.settings(name(), config, AestheticConfig.class);
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())),
        Home.resolve(settings.head()));
  }
}
