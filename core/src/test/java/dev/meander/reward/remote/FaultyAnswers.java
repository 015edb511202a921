package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpPrincipal;
import dev.meander.reward.Reward;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Spoils what another handler answers to requests for scores, where it answers them well. */
public final class FaultyAnswers implements HttpHandler {
  private static final long DELAY = 2000; // ms
  private static final String SCORE = "\"score\":[^}]*}";

  private final HttpHandler sound;
  private final Supplier<Trouble> faults;

  private FaultyAnswers(HttpHandler sound, Supplier<Trouble> faults) {
    this.sound = sound;
    this.faults = faults;
  }

  /**
   * A reward server on a free port of the loopback address.
   *
   * @param faults asked before each answer what shall go wrong with it
   */
  public static RewardServer serve(String name, Reward reward, Supplier<Trouble> faults) {
    return RewardServer.start(
        name,
        reward,
        RewardServer.Settings.local(0),
        handler -> new FaultyAnswers(handler, faults));
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Kept kept = new Kept(exchange);
      sound.handle(kept);
      boolean spoils =
          exchange.getRequestURI().getPath().equals(ScoreProtocol.SCORE) && kept.status == 200;
      send(exchange, kept.status, kept.body.toByteArray(), spoils ? faults.get() : Trouble.NONE);
    }
  }

  private static void send(HttpExchange exchange, int status, byte[] answer, Trouble trouble)
      throws IOException {
    String json = new String(answer, StandardCharsets.UTF_8);
    switch (trouble) {
      case NONE -> send(exchange, status, json);
      case DROP -> {}
      case DELAY -> {
        sleep();
        send(exchange, status, json);
      }
      case CUT -> {
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer, 0, answer.length / 2);
        exchange.getResponseBody().flush();
      }
      case ERROR -> send(exchange, 500, error());
      case BUSY -> {
        exchange.getResponseHeaders().set("Retry-After", "1");
        send(exchange, 503, error());
      }
      case MALFORMED -> send(exchange, status, "<html>" + json);
      case NAN -> send(exchange, status, json.replaceFirst(SCORE, "\"score\":NaN}"));
      case INFINITE -> send(exchange, status, json.replaceFirst(SCORE, "\"score\":1e999}"));
      case NULL -> send(exchange, status, json.replaceFirst(SCORE, "\"score\":null}"));
      case WRONG_LENGTH, WRONG_IDS, WRONG_REQUEST -> send(exchange, status, wrong(json, trouble));
    }
  }

  private static String wrong(String json, Trouble trouble) {
    ObjectNode answer = (ObjectNode) Json.parse(json).orElseThrow();
    ArrayNode scores = (ArrayNode) answer.get("scores");
    switch (trouble) {
      case WRONG_LENGTH -> scores.remove(0);
      case WRONG_IDS ->
          ((ObjectNode) scores.get(scores.size() - 1)).put("id", scores.size() > 1 ? "0" : "1");
      default -> answer.put("request", "another");
    }
    return text(answer);
  }

  private static String error() {
    return text(ScoreProtocol.error("drill", "a drill"));
  }

  private static String text(ObjectNode json) {
    return new String(Json.bytes(json), StandardCharsets.UTF_8);
  }

  private static void send(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.getResponseBody().flush();
  }

  private static void sleep() {
    try {
      Thread.sleep(DELAY);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Keeps the answer instead of sending it; the rest is the exchange's own. */
  private static final class Kept extends HttpExchange {
    private final HttpExchange exchange;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status = -1;

    Kept(HttpExchange exchange) {
      this.exchange = exchange;
    }

    @Override
    public void sendResponseHeaders(int code, long length) {
      status = code;
    }

    @Override
    public OutputStream getResponseBody() {
      return body;
    }

    @Override
    public int getResponseCode() {
      return status;
    }

    @Override
    public void close() {
      // The decorator sends the answer and closes the exchange.
    }

    @Override
    public Headers getRequestHeaders() {
      return exchange.getRequestHeaders();
    }

    @Override
    public Headers getResponseHeaders() {
      return exchange.getResponseHeaders();
    }

    @Override
    public URI getRequestURI() {
      return exchange.getRequestURI();
    }

    @Override
    public String getRequestMethod() {
      return exchange.getRequestMethod();
    }

    @Override
    public HttpContext getHttpContext() {
      return exchange.getHttpContext();
    }

    @Override
    public InputStream getRequestBody() {
      return exchange.getRequestBody();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
      return exchange.getRemoteAddress();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
      return exchange.getLocalAddress();
    }

    @Override
    public String getProtocol() {
      return exchange.getProtocol();
    }

    @Override
    public Object getAttribute(String name) {
      return exchange.getAttribute(name);
    }

    @Override
    public void setAttribute(String name, Object value) {
      exchange.setAttribute(name, value);
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
      exchange.setStreams(in, out);
    }

    @Override
    public HttpPrincipal getPrincipal() {
      return exchange.getPrincipal();
    }
  }
}
