package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import java.util.List;
import java.util.Optional;

/** Settings of the reward {@code vlm_judge}. */
@Doc("Settings of the reward vlm_judge.")
record VlmJudgeConfig(
    @Doc(
            "Base addresses of OpenAI-compatible servers of the same model, up to what stands before"
                + " /chat/completions, e.g. [\"http://127.0.0.1:8000/v1\"].")
        List<String> endpoints,
    @Doc("The model's name there.") String model,
    @Doc("The environment variable that holds the API key; leave out for none.")
        Optional<String> apiKeyEnv,
    @Doc("What is asked and how the answer becomes a score.") @Default("yes_no") Rating rating,
    @Doc("Requests, each of one image, on their way at once, to all servers together.")
        @Default("8")
        @Range(min = 1, max = 256)
        int concurrency,
    @Doc("More fields of the request, e.g. {seed: 1}; they replace those of the same name.")
        @Default("{}")
        JsonNode extra,
    @Doc("Timeouts, retries and circuit breaking.") Connection connection) {

  public VlmJudgeConfig {
    if (!extra.isObject()) {
      throw new IllegalArgumentException("extra must be keys with values");
    }
  }
}
