package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The rewards that {@link ServiceLoader} finds on the class path. */
public final class Rewards {
  private Rewards() {}

  /** Every kind of reward, by name. */
  public static List<RewardProvider> all() {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(java.util.Comparator.comparing(RewardProvider::name))
        .toList();
  }

  /**
   * Builds the reward {@code name}.
   *
   * @throws UserError naming the rewards there are, or the wrong settings
   */
  public static Reward create(String name, JsonNode config) {
    return all().stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "there is no reward "
                        + name
                        + "; available: "
                        + all().stream()
                            .map(RewardProvider::name)
                            .collect(Collectors.joining(", "))))
        .create(config);
  }
}
