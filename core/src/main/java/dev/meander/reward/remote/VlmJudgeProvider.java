package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Binder;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** Registers {@link VlmJudge} as {@code vlm_judge}. */
public final class VlmJudgeProvider implements RewardProvider {
  private static final String USER = "reward vlm_judge";

  @Override
  public String name() {
    return "vlm_judge";
  }

  @Override
  public String description() {
    return "a vision-language model behind an OpenAI-compatible interface says yes or no, or gives marks (keys:"
        + " endpoints, model, api_key_env, rating, concurrency, extra, connection)";
  }

  @Override
  public Reward create(JsonNode json) {
    VlmJudgeConfig config = Binder.bind(json, VlmJudgeConfig.class, USER);
    Optional<Secret> key = Secret.read(USER, "api_key_env", config.apiKeyEnv(), System.getenv());
    Servers servers =
        new Servers(
            USER,
            Endpoints.parse(USER, config.endpoints()),
            config.concurrency(),
            config.connection(),
            new HttpTransport(key, config.connection()),
            Pause.SYSTEM,
            () -> ThreadLocalRandom.current().nextDouble());
    return new VlmJudge(servers, config);
  }
}
