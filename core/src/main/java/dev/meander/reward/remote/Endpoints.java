package dev.meander.reward.remote;

import dev.meander.config.UserError;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/** Addresses of servers as settings give them. */
final class Endpoints {
  private Endpoints() {}

  /**
   * Checks the addresses.
   *
   * @param user the reward that they are for, in messages: "reward http"
   * @throws UserError naming every wrong one by its place; addresses that may hold a secret are not
   *     repeated
   */
  static List<URI> parse(String user, List<String> texts) {
    List<String> problems = new ArrayList<>();
    List<URI> uris = new ArrayList<>();
    if (texts.isEmpty()) {
      problems.add("endpoints: at least one is needed, e.g. [\"http://127.0.0.1:8600\"]");
    }
    for (int i = 0; i < texts.size(); i++) {
      String problem = add(texts.get(i), uris);
      if (!problem.isEmpty()) {
        problems.add("endpoints[" + i + "] " + problem);
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(user + ": " + String.join("; ", problems));
    }
    return List.copyOf(uris);
  }

  private static String add(String text, List<URI> uris) {
    URI uri;
    try {
      uri = new URI(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    } catch (URISyntaxException e) {
      return "is no URL: " + e.getReason();
    }
    if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
      return "must be without user name, password, query and fragment: put a secret into an environment"
          + " variable and name that";
    }
    if (!"http".equals(uri.getScheme()) && !"https".equals(uri.getScheme())) {
      return "must begin with http:// or https://";
    }
    if (uri.getHost() == null) {
      return "names no host";
    }
    if (uris.contains(uri)) {
      return "appears twice";
    }
    uris.add(uri);
    return "";
  }
}
