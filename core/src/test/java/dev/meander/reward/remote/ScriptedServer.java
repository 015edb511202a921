package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** Answers every request with what a function makes of its JSON, and remembers what was asked. */
final class ScriptedServer implements AutoCloseable {
  final List<JsonNode> requests = Collections.synchronizedList(new ArrayList<>());
  final List<String> paths = Collections.synchronizedList(new ArrayList<>());
  private final HttpServer server;

  ScriptedServer(Function<JsonNode, String> answers) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            JsonNode request = Json.parse(new String(body, StandardCharsets.UTF_8)).orElseThrow();
            requests.add(request);
            paths.add(exchange.getRequestURI().getPath());
            byte[] bytes = answers.apply(request).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.setExecutor(
        Executors.newFixedThreadPool(
            4,
            work -> {
              Thread thread = new Thread(work);
              thread.setDaemon(true);
              return thread;
            }));
    server.start();
  }

  /** Settings of a model that is served here. */
  String settings(String more) {
    return """
    endpoints: ["http://127.0.0.1:%d/v1"]
    model: judge-7b
    connection: {timeout_seconds: 10, retries: 1, backoff_seconds: 0.01, breaker_faults: 1000}
    %s
    """
        .formatted(server.getAddress().getPort(), more);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
