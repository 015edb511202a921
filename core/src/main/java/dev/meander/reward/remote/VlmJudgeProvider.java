package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import java.util.Optional;

/** Registers {@link VlmJudge} as {@code vlm_judge}. */
public final class VlmJudgeProvider implements RewardProvider {
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
  public Optional<Class<? extends Record>> settings() {
    return Optional.of(VlmJudgeConfig.class);
  }

  @Override
  public Reward create(JsonNode json) {
    VlmJudgeConfig config = Rewards.settings(name(), json, VlmJudgeConfig.class);
    Servers servers =
        Servers.connect(
            "reward " + name(),
            config.endpoints(),
            config.concurrency(),
            config.connection(),
            "api_key_env",
            config.apiKeyEnv());
    return new VlmJudge(servers, config);
  }
}
