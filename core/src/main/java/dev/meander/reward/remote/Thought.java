package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Models that reason before they answer, and so do not begin with what was asked for. */
final class Thought {
  static final String OPENING = "<think>";

  private static final String WORDS =
      "the model thinks first: turn that off (for many servers extra: {chat_template_kwargs:"
          + " {enable_thinking: false}}) or take another model";

  private Thought() {}

  /** Refuses an answer that is a thought, or that has only thoughts. */
  static void refuse(JsonNode choice) throws Fault {
    JsonNode message = choice.path("message");
    String text = message.path("content").asText("").strip();
    boolean apart =
        List.of("reasoning_content", "reasoning").stream()
            .anyMatch(key -> !message.path(key).asText("").isBlank());
    boolean silent = text.isEmpty() || message.path("content").isNull();
    if (text.startsWith(OPENING) || (silent && apart)) {
      throw fault();
    }
  }

  static Fault fault() {
    return Fault.passing("answered with a thought: " + WORDS);
  }
}
