package dev.meander.reward.remote;

import dev.meander.reward.Reward;
import dev.meander.reward.SettingsProvider;

/** Registers {@link VlmJudge} as {@code vlm_judge}. */
public final class VlmJudgeProvider extends SettingsProvider<VlmJudgeConfig> {
  public VlmJudgeProvider() {
    super(
        "vlm_judge",
        "a vision-language model behind an OpenAI-compatible interface says yes or no, or gives marks (keys:"
            + " endpoints, model, api_key_env, rating, concurrency, extra, connection)",
        VlmJudgeConfig.class,
        VlmJudgeProvider::reward);
  }

  private static Reward reward(VlmJudgeConfig config) {
    Servers servers =
        Servers.connect(
            "reward vlm_judge",
            config.endpoints(),
            config.concurrency(),
            config.connection(),
            "api_key_env",
            config.apiKeyEnv());
    return new VlmJudge(servers, config);
  }
}
