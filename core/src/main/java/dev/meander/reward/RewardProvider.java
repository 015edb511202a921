package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;

/** Makes one kind of {@link Reward}; found by {@link java.util.ServiceLoader}. */
public interface RewardProvider {
  /** The name that recipes use, e.g. {@code compositional}. */
  String name();

  /** One line for {@code --help} and the docs. */
  String description();

  /**
   * Builds the scorer.
   *
   * @param config the recipe's settings for this reward (an object, empty when nothing was set)
   * @throws dev.meander.config.UserError naming every wrong key
   */
  Reward create(JsonNode config);
}
