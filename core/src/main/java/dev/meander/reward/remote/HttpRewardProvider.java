package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Binder;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Registers {@link HttpReward} as {@code http}. */
public final class HttpRewardProvider implements RewardProvider {
  private static final String USER = "reward http";

  @Override
  public String name() {
    return "http";
  }

  @Override
  public String description() {
    return "scores from reward servers (keys: endpoints, batch_size, concurrency, token_env, connection)";
  }

  @Override
  public Reward create(JsonNode json) {
    HttpRewardConfig config = Binder.bind(json, HttpRewardConfig.class, USER);
    Optional<Secret> token = Secret.read(USER, "token_env", config.tokenEnv(), System.getenv());
    Servers servers =
        new Servers(
            USER,
            Endpoints.parse(USER, config.endpoints()),
            config.concurrency(),
            config.connection(),
            new HttpTransport(token, config.connection()),
            Pause.SYSTEM,
            () -> ThreadLocalRandom.current().nextDouble());
    return new HttpReward(servers, config.batchSize(), config.concurrency());
  }
}
