package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.UserError;
import java.util.Optional;

/** Makes one kind of {@link GroupReward}; named in the service file of {@link RewardProvider}s. */
public interface GroupRewardProvider extends RewardProvider {
  /**
   * Another reward by its name, as a recipe would give it.
   *
   * @param name its name
   * @param config its settings
   */
  record Inner(String name, JsonNode config) {}

  /**
   * The reward of single images that it makes use of, if any: a run loads that one once, whoever
   * uses it, and asks it about prompts and files, too.
   *
   * @param config the settings that {@link #create(JsonNode, Optional)} is given
   */
  default Optional<Inner> inner(JsonNode config) {
    return Optional.empty();
  }

  /**
   * Builds the scorer.
   *
   * @param config the recipe's settings for this reward
   * @param inner what {@link #inner} names; the caller closes it
   * @throws UserError naming every wrong key
   */
  GroupReward create(JsonNode config, Optional<Reward> inner);

  /** Refuses, for it cannot score an image by itself. */
  @Override
  default Reward create(JsonNode config) {
    throw new UserError(
        "the reward "
            + name()
            + " compares the images of a group with each other and has no score for a single one:"
            + " it can stand in rewards and gold_rewards; a judge must be another reward");
  }
}
