package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link ClipScore} as {@code clip_score}. */
public final class ClipScoreProvider implements RewardProvider {
  @Override
  public String name() {
    return ClipScore.NAME;
  }

  @Override
  public String description() {
    return "100 * cosine of prompt and image by a CLIP model (keys: model, processor, clamp, batch_size)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(ClipScoreConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new ClipScore(Rewards.settings(name(), config, ClipScoreConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    ClipScoreConfig settings = Rewards.settings(name(), config, ClipScoreConfig.class);
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())));
  }
}
