package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.Optional;

/** Registers {@link HttpReward} as {@code http}. */
public final class HttpRewardProvider implements RewardProvider {
  @Override
  public String name() {
    return "http";
  }

  @Override
  public String description() {
    return "scores from reward servers (keys: endpoints, batch_size, concurrency, token_env, connection)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(HttpRewardConfig.class);
  }

  @Override
  public Reward create(JsonNode json) {
    HttpRewardConfig config = Rewards.settings(name(), json, HttpRewardConfig.class);
    Servers servers =
        Servers.connect(
            "reward " + name(),
            config.endpoints(),
            config.concurrency(),
            config.connection(),
            "token_env",
            config.tokenEnv());
    return new HttpReward(servers, config.batchSize(), config.concurrency());
  }
}
