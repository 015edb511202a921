package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.GroupReward;
import dev.meander.reward.GroupRewardProvider;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.reward.ServerAnswer;
import java.util.List;
import java.util.Optional;

/**
 * {@code http_group}: scores of whole groups from servers that speak the protocol of
 * docs/remote-rewards.md, a request for each group.
 */
public final class HttpGroupProvider implements GroupRewardProvider {
  private static final Optional<String> GROUP = Optional.of("0");

  @Override
  public String name() {
    return "http_group";
  }

  @Override
  public String description() {
    return "scores of whole groups from reward servers (keys: endpoints, concurrency, token_env, connection)";
  }

  @Override
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(HttpGroupConfig.class);
  }

  @Override
  public List<ServerAnswer> servers(JsonNode json) {
    HttpGroupConfig config = Rewards.settings(name(), json, HttpGroupConfig.class);
    return new Ask("reward " + name(), config.connection(), "token_env", config.tokenEnv())
        .all(config.endpoints(), ScoreProtocol.HEALTH, ScoreProtocol::health);
  }

  @Override
  public GroupReward create(JsonNode json, Optional<Reward> inner) {
    HttpGroupConfig config = Rewards.settings(name(), json, HttpGroupConfig.class);
    Servers servers =
        Servers.connect(
            "reward " + name(),
            config.endpoints(),
            config.concurrency(),
            config.connection(),
            "token_env",
            config.tokenEnv());
    return new Groups(new CallPool(servers, config.concurrency()), config.concurrency());
  }

  /** Groups are asked about by as many threads at once as requests may be on their way. */
  private record Groups(CallPool calls, int concurrentCalls) implements GroupReward {
    @Override
    public float[] score(List<Reward.Sample> group) {
      return calls.all(List.of(new HttpReward.Batch(group, GROUP))).get(0);
    }

    @Override
    public void close() {
      calls.close();
    }
  }
}
