package dev.meander.reward.remote;

import dev.meander.reward.PromptCheck;
import dev.meander.reward.ServerAnswer;
import dev.meander.reward.SettingsProvider;
import java.util.List;

/** Registers {@link VlmJudge} as {@code vlm_judge}. */
public final class VlmJudgeProvider extends SettingsProvider<VlmJudgeConfig> {
  static final String WITHOUT_SOURCE =
      "the prompt has no source_image, which show_source: true shows the judge";

  public VlmJudgeProvider() {
    super(
        "vlm_judge",
        "a vision-language model behind an OpenAI-compatible interface says yes or no, or gives marks (keys:"
            + " endpoints, model, api_key_env, rating, show_source, concurrency, extra, connection)",
        VlmJudgeConfig.class,
        VlmJudge::new);
  }

  @Override
  protected List<ServerAnswer> servers(VlmJudgeConfig settings) {
    return settings.server().ask("reward vlm_judge");
  }

  @Override
  protected PromptCheck promptCheck(VlmJudgeConfig settings) {
    return prompt ->
        settings.showSource() && prompt.source().isEmpty() ? List.of(WITHOUT_SOURCE) : List.of();
  }
}
