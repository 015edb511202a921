package dev.meander.mlflow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** As much of a tracking server as a run needs; it remembers what it was sent. */
final class FakeServer implements AutoCloseable {
  private static final String BASE = "/api/2.0/mlflow/";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A request by its path below the API, and its body. */
  record Request(String path, JsonNode body) {}

  final List<Request> requests = new CopyOnWriteArrayList<>();

  /** Bodies by path; a path without one is not found. */
  final Map<String, String> answers =
      new ConcurrentHashMap<>(
          Map.of(
              "experiments/create", "{\"experiment_id\": \"7\"}",
              "runs/create", "{\"run\": {\"info\": {\"run_id\": \"abc\"}}}",
              "runs/log-batch", "{}",
              "runs/update", "{\"run_info\": {\"run_id\": \"abc\"}}"));

  private final CountDownLatch closed = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer server;
  private final boolean answering;

  /**
   * Starts it.
   *
   * @param port 0 for any
   * @param answering whether it answers at all
   */
  FakeServer(int port, boolean answering) {
    this.answering = answering;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(BASE, this::answer);
    server.setExecutor(threads);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + port();
  }

  int port() {
    return server.getAddress().getPort();
  }

  List<JsonNode> sent(String path) {
    return requests.stream().filter(r -> r.path().equals(path)).map(Request::body).toList();
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().substring(BASE.length());
    requests.add(new Request(path, JSON.readTree(exchange.getRequestBody().readAllBytes())));
    if (!answering) {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    String found = answers.get(path);
    byte[] body =
        (found == null ? "{\"error_code\": \"RESOURCE_DOES_NOT_EXIST\"}" : found)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(found == null ? 404 : 200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
