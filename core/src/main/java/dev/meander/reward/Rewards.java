package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.Binder;
import dev.meander.config.Extensions;
import dev.meander.config.Keys;
import dev.meander.config.Problems;
import dev.meander.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The rewards that {@link ServiceLoader} finds on the class path. */
public final class Rewards {
  private Rewards() {}

  /**
   * Every kind of reward, by name.
   *
   * @throws UserError when two have one name, or one of them cannot be made
   */
  public static List<RewardProvider> all() {
    Map<String, RewardProvider> byName = new TreeMap<>();
    for (RewardProvider provider : Extensions.load(RewardProvider.class)) {
      provider.settings().ifPresent(type -> requireRecord(provider, type));
      RewardProvider before = byName.putIfAbsent(provider.name(), provider);
      if (before != null) {
        throw new UserError(
            "%s calls itself %s, but that name of a reward is taken by %s"
                .formatted(
                    Extensions.named(provider.getClass()),
                    provider.name(),
                    Extensions.named(before.getClass())));
      }
    }
    return List.copyOf(byName.values());
  }

  /** The records of their settings, by name, of those that say it. */
  public static Map<String, Class<? extends Record>> settings() {
    Map<String, Class<? extends Record>> settings = new TreeMap<>();
    all().forEach(r -> r.settings().ifPresent(type -> settings.put(r.name(), type)));
    return settings;
  }

  /** A raw type gets any class past the compiler. */
  private static void requireRecord(RewardProvider provider, Class<?> settings) {
    if (!settings.isRecord()) {
      throw new UserError(
          "the settings of the reward %s are %s, which is not a record; its provider is %s"
              .formatted(
                  provider.name(), settings.getName(), Extensions.named(provider.getClass())));
    }
  }

  /**
   * Builds the reward {@code name}.
   *
   * @throws UserError naming the rewards there are, or the wrong settings, or the class that failed
   * @throws RewardFailed when a scorer that it relies on is unavailable
   */
  public static Reward create(String name, JsonNode config) {
    RewardProvider provider = provider(name);
    return made(provider, () -> provider.create(config));
  }

  /**
   * Builds a reward that compares the images of a group.
   *
   * @param inner the reward that it makes use of, if any; the caller closes it
   * @throws UserError naming the wrong settings, or the class that failed
   * @throws RewardFailed when a scorer that it relies on is unavailable
   */
  public static GroupReward create(
      GroupRewardProvider provider, JsonNode config, Optional<Reward> inner) {
    return made(provider, () -> provider.create(config, inner));
  }

  private static <S extends Scorer> S made(RewardProvider provider, Supplier<S> work) {
    try {
      return work.get();
    } catch (UserError | RewardFailed e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      throw Extensions.couldNotBeMade(provider.getClass(), e);
    }
  }

  /**
   * Checks settings that a recipe gives to rewards, each for itself; nothing is made or loaded.
   * What is not on the class path is left alone.
   *
   * @param name its name in the recipe
   * @param config the settings that {@link RewardProvider#create} is given
   * @param problems where what is wrong is noted
   */
  public static void check(String name, JsonNode config, Problems problems) {
    int before = problems.count();
    for (RewardProvider provider : all()) {
      if (provider.name().equals(name)) {
        provider.settings().ifPresent(type -> problems.attempt(() -> settings(name, config, type)));
        if (problems.count() == before) {
          inner(provider, config).ifPresent(i -> check(i.name(), i.config(), problems));
        }
      }
    }
  }

  /** The reward that this one makes use of, if it does. */
  public static Optional<GroupRewardProvider.Inner> inner(
      RewardProvider provider, JsonNode config) {
    return provider instanceof GroupRewardProvider group ? group.inner(config) : Optional.empty();
  }

  /** Whether there is a reward of that name and it compares the images of a group. */
  public static boolean comparesGroups(String name) {
    return all().stream().anyMatch(p -> p.name().equals(name) && p instanceof GroupRewardProvider);
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
   * @param config the settings that {@link RewardProvider#create} is given
   * @throws UserError listing every unknown key, missing or wrong value
   */
  public static <R extends Record> R settings(String name, JsonNode config, Class<R> type) {
    return Binder.bind(config, type, "reward " + name);
  }
}
