package dev.meander.reward.remote;

import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;

/** Registers {@link HttpReward} as {@code http}. */
public final class HttpRewardProvider extends SettingsProvider<HttpRewardConfig> {
  public HttpRewardProvider() {
    super(
        "http",
        "scores from reward servers (keys: endpoints, batch_size, concurrency, token_env, connection)",
        HttpRewardConfig.class,
        HttpRewardProvider::reward);
  }

  private static Reward reward(HttpRewardConfig config) {
    Servers servers =
        Servers.connect(
            "reward http",
            config.endpoints(),
            config.concurrency(),
            config.connection(),
            "token_env",
            config.tokenEnv());
    return new HttpReward(servers, config.batchSize(), config.concurrency());
  }
}
