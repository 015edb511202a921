package dev.meander.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.testing.ExampleEvents;
import dev.meander.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The metrics file: written by {@link JsonlSink}, read by {@link MetricsFile}. */
class MetricsFileTest {
  @TempDir Path folder;

  @Test
  void aLineIsOnTheDiskWhenTheEventWasTaken() throws IOException {
    Path path = folder.resolve("run/metrics.jsonl");
    try (JsonlSink sink = JsonlSink.create(path)) {
      for (Event event : ExampleEvents.all()) {
        sink.accept(new Stamped(ManualClock.START, event));
        assertThat(Files.size(path)).isEqualTo(sink.position());
        assertThat(Files.readString(path)).endsWith("}\n");
      }
      assertThat(MetricsFile.read(path)).extracting(Stamped::event).isEqualTo(ExampleEvents.all());
    }
  }

  @Test
  void aResumedRunHasTheMetricsOfAnUninterruptedOne() throws IOException {
    ManualClock clock = new ManualClock();
    Path whole = folder.resolve("whole.jsonl");
    try (EventBus bus = new EventBus(clock, List.of(JsonlSink.create(whole)))) {
      bus.publish(ExampleEvents.run(0));
      train(bus, clock, 1, 6);
    }
    Path parts = folder.resolve("parts.jsonl");
    long saved;
    JsonlSink first = JsonlSink.create(parts);
    try (EventBus bus = new EventBus(clock, List.of(first))) {
      bus.publish(ExampleEvents.run(0));
      train(bus, clock, 1, 3);
      saved = first.position();
      bus.publish(new Event.CheckpointSaved(3, "checkpoints/3"));
      train(bus, clock, 4, 5);
    }
    Files.writeString(parts, "{\"type\":\"upd", StandardOpenOption.APPEND);
    try (EventBus bus = new EventBus(clock, List.of(JsonlSink.open(parts, saved)))) {
      bus.publish(ExampleEvents.run(3));
      train(bus, clock, 4, 6);
    }
    assertThat(MetricsFile.comparable(parts))
        .hasSize(12)
        .isEqualTo(MetricsFile.comparable(whole))
        .allSatisfy(line -> assertThat(line.has("timing")).isFalse());
    assertThat(MetricsFile.read(parts)).isNotEqualTo(MetricsFile.read(whole)).hasSize(14);
  }

  private static void train(EventBus bus, ManualClock clock, int from, int to) {
    for (int step = from; step <= to; step++) {
      clock.pass(1);
      bus.publish(ExampleEvents.rollout(step));
      bus.publish(ExampleEvents.update(step));
    }
  }

  @Test
  void comparisonSeesEveryOtherDifference() throws IOException {
    Path a = write("a", ExampleEvents.update(1));
    Path b = write("b", ExampleEvents.update(2));
    assertThat(MetricsFile.comparable(a)).isNotEqualTo(MetricsFile.comparable(b));
    Path slow = write("c", new Event.StageFinished("flow", 1, 0.5, 9));
    Path fast = write("d", new Event.StageFinished("flow", 1, 0.5, 2));
    assertThat(MetricsFile.comparable(slow)).isEqualTo(MetricsFile.comparable(fast));
  }

  private Path write(String name, Event event) {
    Path path = folder.resolve(name);
    try (JsonlSink sink = JsonlSink.create(path)) {
      sink.accept(new Stamped(ManualClock.START, event));
    }
    return path;
  }

  @Test
  void aNewRunDoesNotOverwriteAnother() throws IOException {
    Path path = write("metrics.jsonl", ExampleEvents.update(1));
    assertThatThrownBy(() -> JsonlSink.create(path))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(path + " holds the metrics of another run");
    assertThat(MetricsFile.read(path)).hasSize(1);
  }

  @Test
  void resumingRefusesAFileThatIsNotTheCheckpoints() throws IOException {
    Path path = write("metrics.jsonl", ExampleEvents.update(1));
    byte[] before = Files.readAllBytes(path);
    assertThatThrownBy(() -> JsonlSink.open(path, 10_000))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(path + " has " + before.length + " bytes")
        .hasMessageContaining("10000");
    assertThatThrownBy(() -> JsonlSink.open(path, 17))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("ends at byte 17");
    assertThat(Files.readAllBytes(path)).isEqualTo(before);
  }

  @Test
  void aLineStillBeingWrittenIsPassedOverAndABrokenOneIsNamed() throws IOException {
    Path path = write("metrics.jsonl", ExampleEvents.update(1));
    String good = Files.readString(path);
    Files.writeString(path, good + good.substring(0, 30));
    assertThat(MetricsFile.read(path)).hasSize(1);
    assertThat(MetricsFile.comparable(path)).hasSize(1);
    Files.writeString(path, good + good.substring(0, 30) + "\n" + good);
    assertThatThrownBy(() -> MetricsFile.read(path))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(path + ", line 2: not JSON")
        .message()
        .contains(" at column ")
        .doesNotContainPattern("line\\W*1");
    assertThatThrownBy(() -> MetricsFile.comparable(path))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(path + ", line 2: not JSON")
        .message()
        .contains(" at column ")
        .doesNotContainPattern("line\\W*1");
  }

  @Test
  void aFailureToWriteEndsTheRun() {
    JsonlSink sink = JsonlSink.create(folder.resolve("metrics.jsonl"));
    sink.close();
    assertThat(sink.essential()).isTrue();
    try (EventBus bus = new EventBus(new ManualClock(), List.of(sink))) {
      assertThatThrownBy(() -> bus.publish(ExampleEvents.update(1)))
          .hasMessageContaining("cannot write to")
          .hasMessageContaining("metrics.jsonl");
    }
  }
}
