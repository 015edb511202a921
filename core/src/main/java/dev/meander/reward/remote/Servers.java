package dev.meander.reward.remote;

import dev.meander.reward.RewardFailed;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/**
 * Several servers that answer the same requests, each of which may fail at any time.
 *
 * <p>A request goes to one server; after a fault to the next, at once. When all have failed, it
 * waits ({@link Connection#backoff}) and all are asked again, except those that refused. A server
 * that fails repeatedly is left out for a while ({@link Breaker}).
 */
final class Servers {
  /** After this long, and then this often, it is said that nobody answers. */
  private static final long SILENCE = Duration.ofSeconds(10).toNanos();

  private final String user;
  private final List<Server> servers = new ArrayList<>();
  private final Connection connection;
  private final Transport transport;
  private final Pause pause;
  private final DoubleSupplier chance;
  private final Semaphore slots;
  private final Consumer<String> warnings;
  private int turn;
  private OptionalLong told = OptionalLong.empty();

  private static final class Server {
    final URI endpoint;
    final Breaker breaker;
    String last = "was not asked"; // the last fault

    Server(URI endpoint, Breaker breaker) {
      this.endpoint = endpoint;
      this.breaker = breaker;
    }
  }

  /**
   * @param user who asks, for messages: "reward http"
   * @param concurrency how many requests may be on their way at once, to all servers together
   * @param chance what draws a uniform random number, 0 to 1
   * @param warnings what hears that no server has answered for a while
   */
  Servers(
      String user,
      List<URI> endpoints,
      int concurrency,
      Connection connection,
      Transport transport,
      Pause pause,
      DoubleSupplier chance,
      Consumer<String> warnings) {
    this.user = user;
    this.connection = connection;
    this.transport = transport;
    this.pause = pause;
    this.chance = chance;
    this.warnings = warnings;
    this.slots = new Semaphore(concurrency, true);
    for (URI endpoint : endpoints) {
      servers.add(
          new Server(endpoint, new Breaker(connection.breakerFaults(), connection.breakerPause())));
    }
  }

  /**
   * Servers on the network, as settings name them.
   *
   * @param key the setting that names the secret's environment variable
   * @throws dev.meander.config.UserError naming every wrong address, or the missing variable
   */
  static Servers connect(
      String user,
      List<String> endpoints,
      int concurrency,
      Connection connection,
      String key,
      Optional<String> variable) {
    Optional<Secret> secret = Secret.read(user, key, variable, System.getenv());
    return new Servers(
        user,
        Endpoints.parse(user, endpoints),
        concurrency,
        connection,
        new HttpTransport(secret, connection),
        Pause.SYSTEM,
        () -> ThreadLocalRandom.current().nextDouble(),
        LoggerFactory.getLogger(Servers.class)::warn);
  }

  /**
   * Asks until there is an answer.
   *
   * @throws RewardFailed when retries are exhausted, or all servers refused
   */
  <T> T ask(Call<T> call) throws InterruptedException {
    Set<Server> refused = new HashSet<>();
    Set<Server> asked = new HashSet<>();
    long begun = pause.nanos();
    long leastWait = 0;
    int round = 0;
    while (true) {
      Server server = next(asked);
      if (server != null) {
        asked.add(server);
        try {
          return attempt(server, call);
        } catch (Fault fault) {
          leastWait = Math.max(leastWait, fault.atLeast().toNanos());
          if (fault.isRefused()) {
            refused.add(server);
          }
        }
      } else if (refused.size() == servers.size() || round == connection.retries()) {
        throw failed(round, refused.size() == servers.size());
      } else {
        round++;
        long backoff = connection.backoff(round, chance.getAsDouble()).toNanos();
        long wait = Math.max(Math.max(backoff, leastWait), untilPermitted(refused));
        warn(begun, round, wait);
        pause.sleep(wait);
        leastWait = 0;
        asked.clear();
        asked.addAll(refused);
      }
    }
  }

  /** Whose turn it is among the others; null when no request is permitted now. */
  private synchronized Server next(Set<Server> without) throws InterruptedException {
    while (true) {
      boolean undecided = false;
      long now = pause.nanos();
      for (int i = 0; i < servers.size(); i++) {
        int place = (turn + i) % servers.size();
        Server server = servers.get(place);
        if (without.contains(server)) {
          continue;
        }
        if (server.breaker.tryAcquire(now)) {
          turn = (place + 1) % servers.size();
          return server;
        }
        undecided |= server.breaker.isHalfOpen();
      }
      if (!undecided) {
        return null;
      }
      wait(); // Another thread is finding out whether the server works again.
    }
  }

  private <T> T attempt(Server server, Call<T> call) throws Fault, InterruptedException {
    Runnable verdict = server.breaker::release;
    try {
      slots.acquire();
      try {
        String answer = transport.post(call.at(server.endpoint), call.body());
        T read = call.read(answer);
        verdict = server.breaker::onSuccess;
        return read;
      } finally {
        slots.release();
      }
    } catch (Fault fault) {
      verdict =
          () -> {
            server.last = fault.getMessage();
            if (fault.isRefused()) {
              server.breaker.onSuccess(); // It is alive and rejects the request itself.
            } else {
              server.breaker.onFailure(pause.nanos());
            }
          };
      throw fault;
    } finally {
      settle(verdict);
    }
  }

  private synchronized void settle(Runnable verdict) {
    verdict.run();
    notifyAll();
  }

  private synchronized long untilPermitted(Set<Server> without) {
    long now = pause.nanos();
    return servers.stream()
        .filter(server -> !without.contains(server))
        .mapToLong(server -> server.breaker.untilPermitted(now))
        .min()
        .orElse(0);
  }

  private synchronized void warn(long begun, int round, long wait) {
    long now = pause.nanos();
    if (now - Math.max(begun, told.orElse(begun)) < SILENCE) {
      return;
    }
    told = OptionalLong.of(now);
    warnings.accept(
        "%s: no server gives a usable answer; asked again in %.0f s (%d of %d). Last: %s"
            .formatted(user, Math.ceil(wait / 1e9), round, connection.retries(), last()));
  }

  private String last() {
    return servers.stream()
        .map(server -> server.endpoint + " " + server.last)
        .collect(Collectors.joining("; "));
  }

  private synchronized RewardFailed failed(int rounds, boolean refused) {
    String what =
        refused
            ? "every server refused the request"
            : "no server gave a usable answer, asked %d time%s"
                .formatted(rounds + 1, rounds == 0 ? "" : "s");
    String advice =
        refused
            ? "correct what it complains about"
            : "make sure at least one server is reachable (retries and waits are set in connection)";
    return new RewardFailed("%s: %s. Last: %s. To do: %s".formatted(user, what, last(), advice));
  }
}
