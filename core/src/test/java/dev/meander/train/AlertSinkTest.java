package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.Stamped;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class AlertSinkTest {
  private static final Event FINISHED =
      new Event.RunFinished(9, Map.of("score_before", 0.25, "score_after", 0.5), 10);

  @TempDir private Path run;
  private final List<Event> said = new ArrayList<>();

  private void tell(Alerts alerts, Map<String, String> environment, Event... events) {
    try (AlertSink sink = new AlertSink(alerts, "mine", run, environment, said::add)) {
      for (Event event : events) {
        sink.accept(new Stamped(Instant.EPOCH, event));
      }
    }
  }

  /** Settings as {@code key=value}; the value of a command is quoted as YAML. */
  private static Alerts alerts(String... settings) {
    List<String> all = new ArrayList<>();
    for (String setting : settings) {
      all.add(
          "alerts."
              + (setting.startsWith("command=")
                  ? "command='" + setting.substring("command=".length()) + "'"
                  : setting));
    }
    return TinyRun.config(all.toArray(String[]::new)).alerts();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aCommandHearsOfWhatItWasAskedFor() {
    String command =
        "echo \"$MEANDER_ALERT $MEANDER_NAME: $MEANDER_TEXT\" >> \"$MEANDER_RUN/told\"";
    Event falls = new Event.RewardsDiverged(5, "clip", 20, 0.5, -0.5);
    tell(
        alerts("command=" + command),
        Map.of(),
        falls,
        falls,
        new Event.SignalLost(6, 3, "all are black"),
        new Event.RunStopped(7, Event.Ending.INTERRUPTED, "it was asked to stop"),
        new Event.RunStopped(8, Event.Ending.FAILED, "no \"reward\""),
        FINISHED);
    assertThat(run.resolve("told"))
        .content()
        .startsWith("diverged mine: mine, step 5: over the last 20 rollouts")
        .contains("nothing_learned mine: mine, step 6: all groups of the last 3 rollouts")
        .endsWith(
            "failed mine: mine, step 8: failed: no \"reward\"\n"
                + "finished mine: mine, step 9: finished, score 0.250 -> 0.500\n")
        .hasLineCount(4);
    assertThat(said).isEmpty();
  }

  @Test
  void aWebHookGetsJson() throws Exception {
    LinkedBlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/hook",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    try {
      String address = "http://127.0.0.1:" + server.getAddress().getPort();
      tell(alerts("webhook=env:HOOK"), Map.of("HOOK", address + "/hook"), FINISHED);
      assertThat(bodies.take())
          .contains("\"alert\":\"finished\"", "\"text\":\"mine, step 9: finished, score 0.250");
      assertThat(said).isEmpty();

      tell(alerts("webhook=" + address + "/other"), Map.of(), FINISHED);
      assertThat(said.toString()).contains("alerts.webhook: nobody was told", "status 404");
    } finally {
      server.stop(0);
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void anAlertThatFailsIsAWarningWithoutTheSecret() {
    tell(alerts("command=exit 3"), Map.of(), FINISHED);
    tell(alerts("command=sleep 60", "timeout=0.2"), Map.of(), FINISHED);
    tell(alerts("webhook=http://127.0.0.1:1/secret", "timeout=2"), Map.of(), FINISHED);
    tell(alerts("webhook=env:HOOK"), Map.of(), FINISHED);
    assertThat(said).hasSize(4).allMatch(e -> ((Event.Message) e).level() == Event.Level.WARNING);
    assertThat(said.toString())
        .contains("exit status is 3", "did not end within 0.2 s", "127.0.0.1", "variable HOOK")
        .doesNotContain("secret");
  }

  @Test
  void nobodyIsToldWhatWasNotAskedFor() {
    tell(alerts("command=exit 3", "on=[failed]"), Map.of(), FINISHED);
    assertThat(said).isEmpty();
    assertThatThrownBy(() -> alerts("webhook=slack"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("http://");
    assertThatThrownBy(() -> alerts("on=[sometimes]"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nothing_learned");
  }
}
