package dev.meander.train;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.config.Rule;
import java.net.URI;
import java.util.List;
import java.util.Map;

/** Who is told when a run ends or goes wrong. */
public record Alerts(
    @Doc(
            "A command that the shell runs, with MEANDER_ALERT (one of `on`), MEANDER_NAME, MEANDER_RUN (the run directory) and"
                + " MEANDER_TEXT in its environment; empty for none.")
        @Default("")
        String command,
    @Doc(
            "A web address that gets a POST of JSON with text, alert, name and run, as Slack and Mattermost take it; env:NAME"
                + " for the value of an environment variable, because such addresses are secrets; empty for none.")
        @Default("")
        String webhook,
    @Doc(
            "What is told: the run finished, failed, was interrupted, diverged (a loss that is no number, or a gold reward that"
                + " falls), or learns nothing.")
        @Default("[finished, failed, diverged, nothing_learned]")
        List<On> on,
    @Doc("Seconds that a command or an address may take; training waits for it.")
        @Default("10.0")
        @Range(min = 0.1, max = 600)
        double timeout) {
  private static final String VARIABLE = "env:";

  public Alerts {
    on = List.copyOf(on);
  }

  /** What may be told. */
  public enum On {
    FINISHED,
    FAILED,
    INTERRUPTED,
    DIVERGED,
    NOTHING_LEARNED
  }

  @Rule("webhook")
  static String address(String webhook) {
    if (webhook.isEmpty() || webhook.matches(VARIABLE + "[A-Za-z_][A-Za-z0-9_]*")) {
      return "";
    }
    try {
      URI address = URI.create(webhook);
      boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
      return web && address.getHost() != null ? "" : WRONG;
    } catch (IllegalArgumentException e) {
      return WRONG;
    }
  }

  private static final String WRONG =
      "webhook must be an address that begins with http:// or https://, or env:NAME";

  /** Whether anybody is told. */
  boolean isEmpty() {
    return command.isEmpty() && webhook.isEmpty();
  }

  /**
   * The web hook's address.
   *
   * @throws IllegalArgumentException when the variable is not set, or holds no address
   */
  URI address(Map<String, String> environment) {
    if (!webhook.startsWith(VARIABLE)) {
      return URI.create(webhook);
    }
    String name = webhook.substring(VARIABLE.length());
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty() || value.startsWith(VARIABLE) || !address(value).isEmpty()) {
      throw new IllegalArgumentException(
          "the environment variable " + name + " holds no web address");
    }
    return URI.create(value);
  }
}
