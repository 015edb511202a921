package dev.meander.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.JsonlSink;
import dev.meander.testing.PageData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportSinkTest {
  @TempDir Path run;
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private Duration perLook = Duration.ZERO;

  @Test
  void writesAtOnceThenLeavesTheRunAloneForAWhile() throws IOException {
    try (EventBus bus = bus()) {
      bus.publish(new Event.RunStarted("x", 9, 0));
      assertThat(run.resolve("report.html")).doesNotExist();
      update(bus, 1);
      assertThat(shownStep()).isEqualTo(1);
      pass(10);
      update(bus, 2);
      assertThat(shownStep()).isEqualTo(1);
      pass(5);
      update(bus, 3);
      assertThat(shownStep()).isEqualTo(3);
      update(bus, 4);
      assertThat(shownStep()).isEqualTo(3);
    }
    assertThat(shownStep()).as("after closing").isEqualTo(4);
  }

  @Test
  void slowWritingMakesLongPauses() throws IOException {
    try (EventBus bus = bus()) {
      bus.publish(new Event.RunStarted("x", 9, 0));
      perLook = Duration.ofSeconds(2); // every look at the clock takes that long
      update(bus, 1);
      perLook = Duration.ZERO;
      pass(39);
      update(bus, 2);
      assertThat(shownStep()).isEqualTo(1);
      pass(1);
      update(bus, 3);
      assertThat(shownStep()).isEqualTo(3);
    }
  }

  @Test
  void theEndIsAlwaysShown() throws IOException {
    try (EventBus bus = bus()) {
      bus.publish(new Event.RunStarted("x", 9, 0));
      update(bus, 1);
      bus.publish(new Event.RunFinished(1, Map.of(), 1));
      assertThat(Files.readString(run.resolve("report.html"))).contains("\"state\":\"finished\"");
    }
  }

  private EventBus bus() {
    JsonlSink metrics = JsonlSink.create(run.resolve("metrics.jsonl"));
    ReportSink report =
        new ReportSink(
            run,
            () -> {
              now = now.plus(perLook);
              return now;
            });
    return new EventBus(() -> now, List.of(metrics, report));
  }

  private void update(EventBus bus, int step) {
    bus.publish(new Event.UpdateFinished(step, 0, 0, 1, 1e-5, 0, 1, 1e-4, 10, 1));
  }

  private void pass(long seconds) {
    now = now.plusSeconds(seconds);
  }

  private int shownStep() throws IOException {
    return PageData.of(run.resolve("report.html")).at("/runs/0/step").asInt();
  }
}
