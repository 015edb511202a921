package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rewards of a run, each loaded when it is first asked for and once: a reward that trains and
 * judges is one network, also where its scores are scaled otherwise.
 *
 * <p>{@link #close} frees those that were loaded here; given ones belong to the caller.
 */
public final class RewardSet implements AutoCloseable {
  private final Map<String, Reward> given;
  private final Map<Key, Reward> loaded = new LinkedHashMap<>();

  private final Map<Reward, Reward> bases = new IdentityHashMap<>();

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
  public RewardSet(Map<String, Reward> given) {
    this.given = Map.copyOf(given);
  }

  /**
   * The reward of that name with those settings.
   *
   * @throws dev.meander.config.UserError naming the rewards there are, or the wrong settings
   */
  public Reward get(String name, JsonNode config) {
    Reward own = given.get(name);
    if (own != null) {
      return own;
    }
    Key key = new Key(name, Rewards.provider(name).loading(config));
    Reward base = loaded.get(key);
    if (base == null) {
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
  Reward base(Reward reward) {
    return bases.getOrDefault(reward, reward);
  }

  @Override
  public void close() {
    List<Reward> all = new ArrayList<>(loaded.values());
    loaded.clear();
    bases.clear();
    all.forEach(Reward::close);
  }
}
