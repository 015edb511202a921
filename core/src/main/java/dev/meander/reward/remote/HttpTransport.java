package dev.meander.reward.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * HTTP/1.1 by the Java runtime's client. Redirects are not followed, since they could carry the
 * secret elsewhere, and whatever comes back is rid of the secret before anybody sees it.
 */
final class HttpTransport implements Transport {
  private static final long LIMIT = 16L << 20;
  private static final int OK = 200;

  /** Client errors that pass: request timeout, conflict, too early, too many requests. */
  private static final Set<Integer> PASSING = Set.of(408, 409, 425, 429);

  private final HttpClient client;
  private final Optional<Secret> secret;
  private final Duration timeout;
  private final Duration longestWait;

  HttpTransport(Optional<Secret> secret, Connection connection) {
    this.secret = secret;
    this.timeout = connection.timeout();
    this.longestWait = connection.backoff(Integer.MAX_VALUE, 1);
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(timeout)
            .build();
  }

  @Override
  public String post(URI uri, byte[] body) throws Fault, InterruptedException {
    return send(
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  /** The body of an answer with status 200; as {@link #post}. */
  String get(URI uri) throws Fault, InterruptedException {
    return send(HttpRequest.newBuilder(uri).GET());
  }

  private String send(HttpRequest.Builder request) throws Fault, InterruptedException {
    request.timeout(timeout).header("Accept", "application/json");
    secret.ifPresent(s -> request.header("Authorization", "Bearer " + s.value()));
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(request.build(), info -> new LimitedBody(LIMIT));
    try {
      // The request's own timeout ends with the headers; this one counts the body too.
      return understood(answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      throw late();
    } catch (ExecutionException e) {
      throw failed(e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  private Fault late() {
    return Fault.passing("did not answer within " + timeout.toMillis() / 1000.0 + " s");
  }

  private Fault failed(Throwable cause) {
    if (cause instanceof HttpTimeoutException && !(cause instanceof HttpConnectTimeoutException)) {
      return late();
    }
    if (cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException) {
      return Fault.passing("cannot be reached" + detail(cause));
    }
    return Fault.passing(
        cause instanceof IOException ? "broke off" + detail(cause) : "failed" + detail(cause));
  }

  private String detail(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? "" : " (" + Excerpt.of(hide(message)) + ")";
  }

  private String understood(HttpResponse<byte[]> answer) throws Fault {
    String text = hide(new String(answer.body(), StandardCharsets.UTF_8));
    int status = answer.statusCode();
    if (status == OK) {
      return text;
    }
    String what = "answered " + status + explanation(text);
    if (status >= 500 || PASSING.contains(status)) {
      throw Fault.busy(what, retryAfter(answer));
    }
    if (status / 100 == 3) {
      what += " (a redirect, which is not followed: give the final address)";
    }
    throw Fault.refused(what);
  }

  /** What the body says: an error's message where it is in the usual form, else its beginning. */
  private static String explanation(String text) {
    JsonNode error = Json.parse(text).map(node -> node.path("error")).orElse(Json.MISSING);
    String message = error.isTextual() ? error.textValue() : error.path("message").asText("");
    String shown = Excerpt.of(message.isEmpty() ? text : message);
    return shown.isEmpty() ? " with an empty body" : ": " + shown;
  }

  private Duration retryAfter(HttpResponse<byte[]> answer) {
    String seconds = answer.headers().firstValue("Retry-After").orElse("0");
    if (!seconds.matches("[0-9]{1,6}")) {
      return Duration.ZERO;
    }
    Duration asked = Duration.ofSeconds(Long.parseLong(seconds));
    return asked.compareTo(longestWait) > 0 ? longestWait : asked;
  }

  private String hide(String text) {
    return secret.map(s -> s.hide(text)).orElse(text);
  }
}
