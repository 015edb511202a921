package dev.meander.reward;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A provider whose settings are a record: it is given them bound and checked.
 *
 * @param <C> the record
 */
public abstract class SettingsProvider<C extends Record> implements RewardProvider {
  private final String name;
  private final String description;
  private final Class<C> type;
  private final Function<C, Reward> create;

  /**
   * @param name the name that recipes use
   * @param description one line for {@code --help} and the docs
   * @param type the record of the settings
   * @param create builds the scorer
   */
  protected SettingsProvider(
      String name, String description, Class<C> type, Function<C, Reward> create) {
    this.name = name;
    this.description = description;
    this.type = type;
    this.create = create;
  }

  /** As {@link #files(JsonNode)}. */
  protected List<Path> files(C settings) {
    return List.of();
  }

  /** As {@link #promptCheck(JsonNode)}. */
  protected PromptCheck promptCheck(C settings) {
    return prompt -> List.of();
  }

  /** As {@link #knownPictures(JsonNode)}. */
  protected List<KnownPicture> knownPictures(C settings) {
    return List.of();
  }

  /** As {@link #servers(JsonNode)}. */
  protected List<ServerAnswer> servers(C settings) {
    return List.of();
  }

  /** Keys that {@link #sharing(Reward, Record)} can change. */
  protected List<String> changeable() {
    return List.of();
  }

  /** As {@link #sharing(Reward, JsonNode)}. */
  protected Reward sharing(Reward loaded, C settings) {
    return loaded;
  }

  private C bind(JsonNode config) {
    return Rewards.settings(name, config, type);
  }

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final Optional<Class<? extends Record>> settings() {
    return Optional.of(type);
  }

  @Override
  public final Reward create(JsonNode config) {
    return create.apply(bind(config));
  }

  @Override
  public final List<Path> files(JsonNode config) {
    return files(bind(config));
  }

  @Override
  public final PromptCheck promptCheck(JsonNode config) {
    return promptCheck(bind(config));
  }

  @Override
  public final List<KnownPicture> knownPictures(JsonNode config) {
    return knownPictures(bind(config));
  }

  @Override
  public final List<ServerAnswer> servers(JsonNode config) {
    return servers(bind(config));
  }

  @Override
  public final JsonNode loading(JsonNode config) {
    ObjectNode all = config.deepCopy();
    return all.without(changeable());
  }

  @Override
  public final Reward sharing(Reward loaded, JsonNode config) {
    return sharing(loaded, bind(config));
  }
}
