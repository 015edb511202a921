package dev.meander.reward.remote;

import dev.meander.reward.Reward;
import dev.meander.reward.ServerAnswer;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/** Registers {@link HttpReward} as {@code http}. */
public final class HttpRewardProvider extends SettingsProvider<HttpRewardConfig> {
  public HttpRewardProvider() {
    super(
        "http",
        "scores from reward servers (keys: endpoints, batch_size, concurrency, token_env, connection)",
        HttpRewardConfig.class,
        HttpRewardProvider::reward);
  }

  @Override
  protected List<ServerAnswer> servers(HttpRewardConfig config) {
    return config.servers().ask("reward http");
  }

  private static Reward reward(HttpRewardConfig config) {
    return new HttpReward(config.servers().connect("reward http"), config.batchSize());
  }
}
