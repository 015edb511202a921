package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import dev.meander.reward.GroupRewardProvider;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.reward.Scorer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rewards of a run, each loaded when it is first asked for and once: a reward that trains and
 * judges is one network, also where its scores are scaled otherwise.
 *
 * <p>{@link #close} frees those that were loaded here; given ones belong to the caller.
 */
public final class RewardSet implements AutoCloseable {
  private final Map<String, Scorer> given;
  private final Map<Key, Scorer> loaded = new LinkedHashMap<>();

  private final Map<Scorer, Scorer> bases = new IdentityHashMap<>();

  private record Key(String name, JsonNode config) {}

  /** Rewards that are found on the class path alone. */
  public RewardSet() {
    this(Map.of());
  }

  /**
   * Rewards by name, before those of the class path.
   *
   * @param given what stands for the names that recipes use; their settings are not looked at
   */
  public RewardSet(Map<String, ? extends Scorer> given) {
    this.given = Map.copyOf(given);
  }

  /**
   * What gives scores under that name with those settings, to single images or to groups.
   *
   * @throws UserError naming the rewards there are, or the wrong settings
   */
  public Scorer scorer(String name, JsonNode config) {
    if (isGiven(name)) {
      return given.get(name);
    }
    if (!(Rewards.provider(name) instanceof GroupRewardProvider provider)) {
      return get(name, config);
    }
    Key key = new Key(name, config);
    Scorer known = loaded.get(key);
    if (known != null) {
      return known;
    }
    Optional<Reward> inner = Rewards.inner(provider, config).map(i -> get(i.name(), i.config()));
    Scorer made = Rewards.create(provider, config, inner);
    loaded.put(key, made);
    inner.ifPresent(i -> bases.put(made, base(i)));
    return made;
  }

  /**
   * The reward of single images of that name with those settings.
   *
   * @throws UserError naming the rewards there are, or the wrong settings; or when it compares the
   *     images of a group
   */
  public Reward get(String name, JsonNode config) {
    Scorer own = given.get(name);
    if (own instanceof Reward reward) {
      return reward;
    }
    if (own != null) {
      throw new UserError(
          "the reward %s compares the images of a group and has no score for a single one; give another one here"
              .formatted(name));
    }
    Key key = new Key(name, Rewards.provider(name).loading(config));
    Reward base;
    if (loaded.get(key) instanceof Reward known) {
      base = known;
    } else {
      base = Rewards.create(name, key.config());
      loaded.put(key, base);
    }
    if (config.equals(key.config())) {
      return base;
    }
    Reward sharing = Rewards.provider(name).sharing(base, config);
    bases.put(sharing, base);
    return sharing;
  }

  /** Whether the caller gave the reward of that name. */
  boolean isGiven(String name) {
    return given.containsKey(name);
  }

  /** What holds the network of {@code reward}: those of one are not called at the same time. */
  Scorer base(Scorer reward) {
    return bases.getOrDefault(reward, reward);
  }

  @Override
  public void close() {
    List<Scorer> all = new ArrayList<>(loaded.values());
    loaded.clear();
    bases.clear();
    all.forEach(Scorer::close);
  }
}
