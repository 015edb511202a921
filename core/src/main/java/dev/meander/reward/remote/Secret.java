package dev.meander.reward.remote;

import dev.meander.config.UserError;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A key or token. Settings name the environment variable that holds it, never the value. */
public final class Secret {
  private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]*");
  private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e]+");
  private static final String HIDDEN = "[secret]";

  private final String value;

  private Secret(String value) {
    this.value = value;
  }

  /**
   * Reads a secret.
   *
   * @param user who wants it, for messages: "reward http"
   * @param key the setting that names the variable
   * @param name the variable; empty for no secret
   * @param environment the variables, as {@link System#getenv()} has them
   * @throws UserError when there is no such variable; a name that is none is not repeated, for it
   *     may be the secret itself
   */
  public static Optional<Secret> read(
      String user, String key, Optional<String> name, Map<String, String> environment) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    if (!NAME.matcher(name.get()).matches()) {
      throw new UserError(
          "%s: %s must be the name of an environment variable (capitals, digits, underscores), not the secret itself; its value is not shown here"
              .formatted(user, key));
    }
    String value = environment.getOrDefault(name.get(), "").strip();
    if (value.isEmpty()) {
      throw new UserError(
          user + ": the environment variable " + name.get() + ", named by " + key + ", is not set");
    }
    if (!VALUE.matcher(value).matches()) {
      throw new UserError(
          "%s: the environment variable %s must hold visible ASCII characters without spaces, as HTTP headers do"
              .formatted(user, name.get()));
    }
    return Optional.of(new Secret(value));
  }

  /** The value, for the request's header only. */
  String value() {
    return value;
  }

  /** The text without the secret, should a server repeat it. */
  String hide(String text) {
    return text.replace(value, HIDDEN).replace(value.replace("/", "\\/"), HIDDEN);
  }

  @Override
  public String toString() {
    return HIDDEN;
  }
}
