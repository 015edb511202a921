package dev.meander.reward.remote;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Range;
import dev.meander.reward.ServerAnswer;
import java.util.List;
import java.util.Optional;

/** Where scores are computed, by the protocol of docs/remote-rewards.md. */
@Doc("Where scores are computed.")
record RewardServers(
    @Doc("Addresses of servers that compute the same scores, e.g. [\"http://127.0.0.1:8600\"].")
        List<String> endpoints,
    @Doc("Requests on their way at once, to all servers together.")
        @Default("4")
        @Range(min = 1, max = 256)
        int concurrency,
    @Doc("The environment variable that holds the servers' token; leave out for none.")
        Optional<String> tokenEnv,
    @Doc("Timeouts, retries and circuit breaking.") Connection connection) {

  /**
   * What makes calls.
   *
   * @param user who asks, for messages: "reward http"
   * @throws dev.meander.config.UserError naming every wrong address, or the missing variable
   */
  CallPool connect(String user) {
    return new CallPool(
        Servers.connect(user, endpoints, concurrency, connection, "token_env", tokenEnv),
        concurrency);
  }

  /** Whether the servers are there, and what they say of themselves. */
  List<ServerAnswer> ask(String user) {
    return new Ask(user, connection, "token_env", tokenEnv)
        .all(endpoints, ScoreProtocol.HEALTH, ScoreProtocol::health);
  }
}
