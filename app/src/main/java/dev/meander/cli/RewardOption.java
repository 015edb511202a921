package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.RelativePaths;
import dev.meander.reward.RewardProvider;
import dev.meander.reward.Rewards;
import dev.meander.reward.Scorer;
import dev.meander.train.RewardSet;
import java.nio.file.Path;
import java.util.Optional;

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
    RewardProvider provider = Rewards.provider(parts[0]);
    return new RewardOption(
        provider, parts.length == 1 ? none() : settings(provider, parts[1].strip()));
  }

  private static JsonNode none() {
    return JsonNodeFactory.instance.objectNode();
  }

  private static JsonNode settings(RewardProvider provider, String text) {
    if (text.startsWith("{")) {
      return ConfigFile.parse(text, "the settings of " + provider.name());
    }
    Path file = Path.of(text);
    ObjectNode settings = ConfigFile.read(file);
    provider
        .settings()
        .ifPresent(
            type ->
                RelativePaths.resolve(
                    settings,
                    type,
                    source -> Optional.ofNullable(file.getParent()),
                    Rewards.settings()));
    return settings;
  }

  String name() {
    return provider.name();
  }

  /** What gives scores, to single images or to groups; closed by its set. */
  Scorer scorer(RewardSet set) {
    return set.scorer(name(), config);
  }
}
