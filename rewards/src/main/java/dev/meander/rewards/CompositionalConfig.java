package dev.meander.rewards;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of the compositional reward.
 *
 * @param mode {@code graded} (default): Flow-GRPO's training reward; {@code strict}: 1 or 0
 * @param clipAtZero key {@code clip_at_zero}, default false: whether a negative graded reward
 *     counts as 0
 */
public record CompositionalConfig(Mode mode, boolean clipAtZero) {
  /** What {@code score} returns. */
  public enum Mode {
    GRADED,
    STRICT
  }

  /** Reads the settings; every problem is in one message. */
  public static CompositionalConfig parse(JsonNode config) {
    List<String> problems = new ArrayList<>();
    config
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!List.of("mode", "clip_at_zero").contains(key)) {
                problems.add("unknown key " + key + " (valid keys: mode, clip_at_zero)");
              }
            });
    JsonNode mode = config.path("mode");
    if (!mode.isMissingNode() && !List.of("graded", "strict").contains(mode.asText())) {
      problems.add("mode must be graded or strict, not " + mode);
    }
    JsonNode clip = config.path("clip_at_zero");
    if (!clip.isMissingNode() && !clip.isBoolean()) {
      problems.add("clip_at_zero must be true or false, not " + clip);
    }
    if (!problems.isEmpty()) {
      throw new UserError("reward compositional: " + String.join("; ", problems));
    }
    return new CompositionalConfig(
        mode.asText().equals("strict") ? Mode.STRICT : Mode.GRADED, clip.asBoolean(false));
  }
}
