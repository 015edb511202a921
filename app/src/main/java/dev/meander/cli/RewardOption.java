package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.ConfigFile;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.reward.Scorer;
import dev.meander.train.RewardSet;
import java.nio.file.Path;

/**
 * A reward on the command line: {@code NAME}, {@code NAME=file.yaml} or {@code NAME={key: value}}.
 *
 * @param provider builds it
 * @param config its settings
 */
record RewardOption(RewardProvider provider, JsonNode config) {
  /**
   * Reads the option.
   *
   * @throws dev.meander.config.UserError when there is no such reward, or its settings cannot be
   *     read
   */
  static RewardOption parse(String text) {
    String[] parts = text.split("=", 2);
    return new RewardOption(
        Rewards.provider(parts[0]),
        parts.length == 1 ? none() : settings(parts[0], parts[1].strip()));
  }

  private static JsonNode none() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static JsonNode settings(String name, String text) {
    return text.startsWith("{")
        ? ConfigFile.parse(text, "the settings of " + name)
        : ConfigFile.read(Path.of(text));
  }

  String name() {
    return provider.name();
  }

  /** What gives scores, to single images or to groups; closed by its set. */
  Scorer scorer(RewardSet set) {
    return set.scorer(name(), config);
  }
}
