package dev.meander.preference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Home;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Registers {@link PickScore} as {@code pickscore}. */
public final class PickScoreProvider implements RewardProvider {
  @Override
  public String name() {
    return PickScore.NAME;
  }

  @Override
  public String description() {
    return "PickScore, or the toy world's own preference model (keys: model, processor, scale, batch_size)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(PickScoreConfig.class);
  }

  @Override
  public Reward create(JsonNode config) {
    return new PickScore(Rewards.settings(name(), config, PickScoreConfig.class));
  }

  @Override
  public List<Path> files(JsonNode config) {
    PickScoreConfig settings = Rewards.settings(name(), config, PickScoreConfig.class);
    return List.of(
        Home.resolve(settings.model()),
        Home.resolve(settings.processor().orElse(settings.model())));
  }

  @Override
  public JsonNode loading(JsonNode config) {
    ObjectNode model = config.deepCopy();
    return model.without(List.of("scale", "batch_size"));
  }

  @Override
  public Reward sharing(Reward loaded, JsonNode config) {
    return ((PickScore) loaded).with(Rewards.settings(name(), config, PickScoreConfig.class));
  }
}
