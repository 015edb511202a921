package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.reward.ServerAnswer;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks servers what they are, each once.
 *
 * @param user who asks, for messages: "reward http"
 * @param connection how long to wait
 * @param key the setting that names the secret's environment variable
 * @param variable the variable; empty for none
 */
record Ask(String user, Connection connection, String key, Optional<String> variable) {
  /** What an answer means. */
  @FunctionalInterface
  interface Reading {
    /**
     * What the server is.
     *
     * @throws Fault when it cannot be used
     */
    String of(JsonNode answer) throws Fault;
  }

  /**
   * Asks all.
   *
   * @param path what follows an endpoint's address
   */
  List<ServerAnswer> all(List<String> endpoints, String path, Reading reading) {
    HttpTransport transport =
        new HttpTransport(Secret.read(user, key, variable, System.getenv()), connection.brief());
    List<ServerAnswer> answers = new ArrayList<>();
    for (URI endpoint : Endpoints.parse(user, endpoints)) {
      answers.add(one(transport, endpoint, path, reading));
    }
    return answers;
  }

  private static ServerAnswer one(
      HttpTransport transport, URI endpoint, String path, Reading reading) {
    String address = endpoint.toString();
    try {
      JsonNode answer = Json.object(transport.get(URI.create(endpoint + path)));
      return new ServerAnswer(address, true, reading.of(answer));
    } catch (Fault e) {
      return new ServerAnswer(address, false, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new ServerAnswer(address, false, "was not waited for");
    }
  }
}
