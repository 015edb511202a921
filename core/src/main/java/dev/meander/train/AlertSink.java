package dev.meander.train;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.event.Event;
import dev.meander.event.EventSink;
import dev.meander.event.Stamped;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Tells people who are not there how a run ends, and the first time that it goes wrong. What cannot
 * be told is said, and the run goes on.
 */
final class AlertSink implements EventSink {
  private final Alerts alerts;
  private final String name;
  private final Path run;
  private final Map<String, String> environment;
  private final Consumer<Event> publish;
  private final Set<Alerts.On> told = EnumSet.noneOf(Alerts.On.class);

  /**
   * @param name the run's name
   * @param run its directory
   * @param publish what takes what to say where an alert fails
   */
  AlertSink(
      Alerts alerts,
      String name,
      Path run,
      Map<String, String> environment,
      Consumer<Event> publish) {
    this.alerts = alerts;
    this.name = name;
    this.run = run;
    this.environment = environment;
    this.publish = publish;
  }

  @Override
  public void accept(Stamped stamped) {
    Event event = stamped.event();
    if (event instanceof Event.RunFinished end) {
      tell(event, Alerts.On.FINISHED, "finished" + scores(end));
    } else if (event instanceof Event.RunStopped end) {
      tell(
          event,
          switch (end.how()) {
            case INTERRUPTED -> Alerts.On.INTERRUPTED;
            case DIVERGED -> Alerts.On.DIVERGED;
            case FAILED -> Alerts.On.FAILED;
          },
          end.how().name().toLowerCase(Locale.ROOT) + ": " + end.reason());
    } else if (event instanceof Event.RewardsDiverged diverged) {
      first(event, Alerts.On.DIVERGED, diverged.warning());
    } else if (event instanceof Event.SignalLost lost) {
      first(event, Alerts.On.NOTHING_LEARNED, lost.warning());
    }
  }

  private static String scores(Event.RunFinished end) {
    Double before = end.summary().get("score_before");
    Double after = end.summary().get("score_after");
    return before == null || after == null
        ? ""
        : String.format(Locale.ROOT, ", score %.3f -> %.3f", before, after);
  }

  /** A warning comes again and again: once is enough. */
  private void first(Event event, Alerts.On what, String text) {
    if (told.add(what)) {
      tell(event, what, text);
    }
  }

  private void tell(Event event, Alerts.On what, String happened) {
    if (!alerts.on().contains(what)) {
      return;
    }
    String alert = what.name().toLowerCase(Locale.ROOT);
    String text = "%s, step %d: %s".formatted(name, event.step(), happened);
    if (!alerts.command().isEmpty()) {
      attempt(event, "command", () -> command(alert, text));
    }
    if (!alerts.webhook().isEmpty()) {
      attempt(event, "webhook", () -> webhook(alert, text));
    }
  }

  /** Something that may fail, and what went wrong. */
  private interface Attempt {
    /** Returns what went wrong; nothing when all went well. */
    String run() throws IOException, InterruptedException;
  }

  private void attempt(Event event, String key, Attempt attempt) {
    String wrong;
    try {
      wrong = attempt.run();
    } catch (IOException | IllegalArgumentException e) {
      wrong = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      wrong = "interrupted";
    }
    if (!wrong.isEmpty()) {
      String text = "alerts.%s: nobody was told: %s".formatted(key, wrong);
      publish.accept(new Event.Message(event.step(), Event.Level.WARNING, text));
    }
  }

  private String command(String alert, String text) throws IOException, InterruptedException {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    ProcessBuilder builder =
        new ProcessBuilder(
                windows
                    ? List.of("cmd", "/c", alerts.command())
                    : List.of("sh", "-c", alerts.command()))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder
        .environment()
        .putAll(
            Map.of(
                "MEANDER_ALERT", alert,
                "MEANDER_NAME", name,
                "MEANDER_RUN", run.toAbsolutePath().toString(),
                "MEANDER_TEXT", text));
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor((long) (1000 * alerts.timeout()), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly();
      return "it did not end within %s s".formatted(alerts.timeout());
    }
    return process.exitValue() == 0 ? "" : "its exit status is " + process.exitValue();
  }

  private String webhook(String alert, String text) throws IOException, InterruptedException {
    URI address = alerts.address(environment);
    String body =
        JsonNodeFactory.instance
            .objectNode()
            .put("text", text)
            .put("alert", alert)
            .put("name", name)
            .put("run", run.toAbsolutePath().toString())
            .toString();
    Duration patience = Duration.ofMillis((long) (1000 * alerts.timeout()));
    HttpRequest request =
        HttpRequest.newBuilder(address)
            .timeout(patience)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
            .build();
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(patience)
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    try {
      int status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
      return status / 100 == 2 ? "" : "it answered with status " + status;
    } catch (IOException e) { // whose message may repeat the address, which is a secret
      throw new IOException(
          "%s at %s".formatted(e.getClass().getSimpleName(), address.getHost()), e);
    }
  }
}
