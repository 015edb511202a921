package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Binder;
import dev.meander.config.Keys;
import dev.meander.config.UserError;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The rewards that {@link ServiceLoader} finds on the class path. */
public final class Rewards {
  private Rewards() {}

  /** Every kind of reward, by name. */
  public static List<RewardProvider> all() {
    return ServiceLoader.load(RewardProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(RewardProvider::name))
        .toList();
  }

  /**
   * Builds the reward {@code name}.
   *
   * @throws UserError naming the rewards there are, or the wrong settings
   */
  public static Reward create(String name, JsonNode config) {
    return provider(name).create(config);
  }

  /**
   * What builds the reward {@code name}.
   *
   * @throws UserError naming the rewards there are
   */
  public static RewardProvider provider(String name) {
    List<RewardProvider> all = all();
    return all.stream()
        .filter(p -> p.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new UserError(
                    "there is no reward "
                        + name
                        + "; "
                        + Keys.suggestion(name, all.stream().map(RewardProvider::name).toList())
                        + " (meander recipes rewards lists them)"));
  }

  /**
   * The settings of the reward {@code name} as a record.
   *
   * @param config as {@link RewardProvider#create} is given it
   * @throws UserError listing every unknown key, missing or wrong value
   */
  public static <R extends Record> R settings(String name, JsonNode config, Class<R> type) {
    return Binder.bind(config, type, "reward " + name);
  }
}
