package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Makes one kind of {@link Reward}; found by {@link java.util.ServiceLoader}. */
public interface RewardProvider {
  /** The name that recipes use, e.g. {@code compositional}. */
  String name();

  /** One line for {@code --help} and the docs. */
  String description();

  /**
   * The record of its settings, so that they are checked when a recipe is read and can be listed;
   * {@link #create} binds them by {@link Rewards#settings}. Empty when they are not known before.
   */
  default Optional<Class<? extends Record>> settings() {
    return Optional.empty();
  }

  /**
   * Builds the scorer.
   *
   * @param config the recipe's settings for this reward (an object, empty when nothing was set)
   * @throws dev.meander.config.UserError naming every wrong key
   */
  Reward create(JsonNode config);

  /**
   * The files and directories that its scores depend on; what goes into a run's provenance.
   *
   * @param config the settings that {@link #create} is given
   */
  default List<Path> files(JsonNode config) {
    return List.of();
  }

  /**
   * What tells beforehand which prompts it cannot score; nothing is loaded for it. Any, unless a
   * reward knows better.
   *
   * @param config the settings that {@link #create} is given
   */
  default PromptCheck promptCheck(JsonNode config) {
    return prompt -> List.of();
  }

  /**
   * Pictures drawn for the purpose, and what they must score: how {@code meander check} notices a
   * reward that does not see what it should. None where no score is known without the trained
   * weights.
   *
   * @param config the settings that {@link #create} is given
   */
  default List<KnownPicture> knownPictures(JsonNode config) {
    return List.of();
  }

  /**
   * Asks the servers that it relies on whether they are ready, each once and without waiting long.
   *
   * @param config the settings that {@link #create} is given
   * @throws dev.meander.config.UserError when they cannot be asked for a mistake in the settings
   */
  default List<ServerAnswer> servers(JsonNode config) {
    return List.of();
  }

  /**
   * The settings that decide what is loaded, without those that {@link #sharing} can change: a run
   * loads rewards with the same ones once.
   *
   * @param config the settings that {@link #create} is given
   */
  default JsonNode loading(JsonNode config) {
    return config;
  }

  /**
   * The scorer with these settings on what another one holds; it is not closed.
   *
   * @param loaded what {@link #create} made of the {@link #loading} settings
   * @param config the settings that {@link #create} is given
   */
  default Reward sharing(Reward loaded, JsonNode config) {
    return loaded;
  }
}
