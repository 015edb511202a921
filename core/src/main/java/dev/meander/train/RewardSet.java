package dev.meander.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rewards of a run, each loaded when it is first asked for and once: a reward that trains and
 * judges with the same settings is one object.
 *
 * <p>{@link #close} frees those that were loaded here; given ones belong to the caller.
 */
public final class RewardSet implements AutoCloseable {
  private final Map<String, Reward> given;
  private final Map<Key, Reward> loaded = new LinkedHashMap<>();

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
    Key key = new Key(name, config);
    Reward present = loaded.get(key);
    if (present == null) {
      present = Rewards.create(name, config);
      loaded.put(key, present);
    }
    return present;
  }

  @Override
  public void close() {
    List<Reward> all = new ArrayList<>(loaded.values());
    loaded.clear();
    all.forEach(Reward::close);
  }
}
