package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.meander.config.UserError;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.Scorer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/**
 * The reference server of the protocol in docs/remote-rewards.md: any reward behind HTTP, for
 * trusted clients. Requests are read in parallel and scored one after the other.
 */
public final class RewardServer implements AutoCloseable {
  private static final int OK = 200;

  static {
    // Otherwise an answer waits for the client's delayed acknowledgement, 40 ms.
    if (System.getProperty("sun.net.httpserver.nodelay") == null) {
      System.setProperty("sun.net.httpserver.nodelay", "true");
    }
  }

  /**
   * How to serve.
   *
   * @param host the address to listen on
   * @param port the port, or 0 for any free one
   * @param threads the number of requests that are read at once
   * @param mostBytes the largest number of bytes of a request
   * @param token what clients must send; empty for none
   */
  public record Settings(
      String host, int port, int threads, int mostBytes, Optional<Secret> token) {
    /** A server on the loopback address, without a token. */
    public static Settings local(int port) {
      return new Settings("127.0.0.1", port, 4, 64 << 20, Optional.empty());
    }
  }

  private final String name;
  private final Scorer reward;
  private final Settings settings;
  private final HttpServer http;
  private final ExecutorService threads;

  private RewardServer(
      String name,
      Scorer reward,
      Settings settings,
      HttpServer http,
      UnaryOperator<HttpHandler> decorator) {
    this.name = name;
    this.reward = reward;
    this.settings = settings;
    this.http = http;
    this.threads = Executors.newFixedThreadPool(settings.threads(), RewardServer::thread);
    http.setExecutor(threads);
    http.createContext("/", decorator.apply(this::handle));
  }

  /**
   * Serves until closed.
   *
   * @param name what to call the reward
   * @param reward what scores; it is not closed by the server
   * @throws UserError when the address cannot be used
   */
  public static RewardServer start(String name, Scorer reward, Settings settings) {
    return start(name, reward, settings, UnaryOperator.identity());
  }

  /** The same behind another handler. */
  static RewardServer start(
      String name, Scorer reward, Settings settings, UnaryOperator<HttpHandler> decorator) {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), 0);
      RewardServer server = new RewardServer(name, reward, settings, http, decorator);
      http.start();
      return server;
    } catch (IOException | IllegalArgumentException e) {
      throw new UserError(
          "cannot listen on %s, port %d: %s; give another --host or --port"
              .formatted(settings.host(), settings.port(), e.getMessage()),
          e);
    }
  }

  /** What clients name as endpoint. */
  public URI address() {
    String host = settings.host().contains(":") ? "[" + settings.host() + "]" : settings.host();
    return URI.create("http://" + host + ":" + http.getAddress().getPort());
  }

  /** An answer of this server: a status and a JSON object. */
  private record Answer(int status, ObjectNode json) {
    static Answer error(int status, String code, String message) {
      return new Answer(status, ScoreProtocol.error(code, message));
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answer(exchange);
      byte[] bytes = Json.bytes(answer.json());
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(answer.status(), bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.getResponseBody().flush();
    }
  }

  private Answer answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String wanted =
        switch (path) {
          case ScoreProtocol.HEALTH -> "GET";
          case ScoreProtocol.SCORE -> "POST";
          default -> "";
        };
    if (wanted.isEmpty()) {
      String known = ScoreProtocol.SCORE + " and " + ScoreProtocol.HEALTH;
      return Answer.error(404, "not_found", "there are " + known + " here, not " + path);
    }
    if (!wanted.equals(exchange.getRequestMethod())) {
      return Answer.error(405, "method", path + " takes " + wanted);
    }
    if (path.equals(ScoreProtocol.HEALTH)) {
      ObjectNode health = JsonNodeFactory.instance.objectNode();
      health.put("protocol", ScoreProtocol.VERSION).put("status", "ok");
      return new Answer(OK, health.put("reward", name));
    }
    if (!isTrusted(exchange.getRequestHeaders().getFirst("Authorization"))) {
      drain(exchange.getRequestBody());
      return Answer.error(
          401, "unauthorized", "this server wants a token: set the reward's token_env");
    }
    byte[] body = exchange.getRequestBody().readNBytes(settings.mostBytes() + 1);
    if (body.length > settings.mostBytes()) {
      drain(exchange.getRequestBody());
      return Answer.error(
          413,
          "too_large",
          "a request may have " + settings.mostBytes() + " bytes: set a smaller batch_size");
    }
    return scored(body);
  }

  /** Lets the client finish, within reason: one that is cut off while it sends reads no answer. */
  private void drain(InputStream body) throws IOException {
    byte[] some = new byte[8192];
    long left = 4L * settings.mostBytes();
    for (int n = body.read(some); n > 0 && left > 0; n = body.read(some)) {
      left -= n;
    }
  }

  private boolean isTrusted(String authorization) {
    return settings.token().isEmpty()
        || authorization != null
            && MessageDigest.isEqual(
                authorization.getBytes(StandardCharsets.UTF_8),
                ("Bearer " + settings.token().get().value()).getBytes(StandardCharsets.UTF_8));
  }

  private Answer scored(byte[] body) {
    try {
      ScoreProtocol.Request request = ScoreProtocol.read(body);
      float[] scores;
      synchronized (reward) {
        scores = score(request);
      }
      if (scores.length != request.samples().size() || !areFinite(scores)) {
        return Answer.error(
            500,
            "scorer_failed",
            name + " gave no finite score for each image: " + Arrays.toString(scores));
      }
      return new Answer(OK, ScoreProtocol.answer(request, scores));
    } catch (ScoreProtocol.BadRequest e) {
      return Answer.error(400, "bad_request", e.getMessage());
    } catch (UserError e) {
      return Answer.error(422, "cannot_score", e.getMessage());
    } catch (RuntimeException e) {
      return Answer.error(500, "scorer_failed", name + " failed: " + e);
    }
  }

  private float[] score(ScoreProtocol.Request request) throws ScoreProtocol.BadRequest {
    if (reward instanceof Reward single) {
      return single.score(request.samples());
    }
    float[] scores = new float[request.samples().size()];
    for (int[] group : request.byGroup()) {
      String id = request.groups().get(group[0]);
      if (id.isEmpty() || group.length < GroupReward.LEAST) {
        throw new ScoreProtocol.BadRequest(
            id.isEmpty()
                ? "samples[%d].group is missing: %s compares the images of a group; ask by the reward http_group"
                    .formatted(group[0], name)
                : "the group %s has a single image, and %s compares at least two"
                    .formatted(id, name));
      }
      float[] own =
          ((GroupReward) reward)
              .score(Arrays.stream(group).mapToObj(request.samples()::get).toList());
      if (own.length != group.length) {
        return own; // what is said about a wrong number
      }
      for (int k = 0; k < group.length; k++) {
        scores[group[k]] = own[k];
      }
    }
    return scores;
  }

  private static boolean areFinite(float[] scores) {
    for (float score : scores) {
      if (!Float.isFinite(score)) {
        return false;
      }
    }
    return true;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "meander-reward-server");
    thread.setDaemon(true);
    return thread;
  }

  /** Ends at once; clients see their connections break. */
  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
