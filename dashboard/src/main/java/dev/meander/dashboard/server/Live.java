package dev.meander.dashboard.server;

import dev.meander.internal.runs.RunIndex;
import dev.meander.internal.runs.RunJson;
import dev.meander.internal.runs.RunSummary;
import io.javalin.http.HttpStatus;
import io.javalin.http.sse.SseClient;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Tells every open page what changes, each at its own pace: of a run that changed twice, once. */
final class Live implements AutoCloseable {
  private static final int MOST_CLIENTS = 64;
  private static final long SIGN_OF_LIFE_MILLIS = 10_000;

  private final Set<Client> clients = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Live(RunIndex index) {
    index.listen(change -> clients.forEach(client -> client.add(change)));
  }

  /** Serves one page, in its request's thread, until it is closed. */
  void serve(SseClient connection) {
    if (clients.size() >= MOST_CLIENTS) {
      connection.ctx().status(HttpStatus.TOO_MANY_REQUESTS);
      return;
    }
    Client client = new Client();
    connection.onClose(client::end);
    clients.add(client);
    try {
      connection.sendComment("hello");
      while (!closed && !client.ended) {
        Map<String, Object> news = client.take();
        if (news.isEmpty()) {
          connection.sendComment("");
        } else {
          connection.sendEvent("runs", RunJson.text(news));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      clients.remove(client);
    }
  }

  @Override
  public void close() {
    closed = true;
    clients.forEach(Client::end);
  }

  /** What one page has not heard yet. */
  private static final class Client {
    private final Map<String, RunSummary> runs = new LinkedHashMap<>();
    private final Set<String> gone = new LinkedHashSet<>();
    private volatile boolean ended;

    synchronized void add(RunIndex.Change change) {
      change.gone().forEach(runs::remove);
      gone.addAll(change.gone());
      change.runs().forEach(row -> runs.put(row.id(), row));
      change.runs().forEach(row -> gone.remove(row.id()));
      notifyAll();
    }

    synchronized void end() {
      ended = true;
      notifyAll();
    }

    /** Waits for news; empty when there is none for a while. */
    synchronized Map<String, Object> take() throws InterruptedException {
      if (runs.isEmpty() && gone.isEmpty() && !ended) {
        wait(SIGN_OF_LIFE_MILLIS);
      }
      if (runs.isEmpty() && gone.isEmpty()) {
        return Map.of();
      }
      Map<String, Object> news =
          Map.of("runs", List.copyOf(runs.values()), "gone", List.copyOf(gone));
      runs.clear();
      gone.clear();
      return news;
    }
  }
}
