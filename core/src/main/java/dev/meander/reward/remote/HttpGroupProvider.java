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
    return Optional.of(RewardServers.class);
  }

  @Override
  public List<ServerAnswer> servers(JsonNode json) {
    return config(json).ask("reward " + name());
  }

  @Override
  public GroupReward create(JsonNode json, Optional<Reward> inner) {
    RewardServers config = config(json);
    return new Groups(config.connect("reward " + name()), config.concurrency());
  }

  private RewardServers config(JsonNode json) {
    return Rewards.settings(name(), json, RewardServers.class);
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
