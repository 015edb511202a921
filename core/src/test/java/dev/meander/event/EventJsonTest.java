package dev.meander.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.testing.ExampleEvents;
import dev.meander.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EventJsonTest {
  @Test
  void typeAndStepLeadAndTimingStandsLast() {
    assertThat(line(ExampleEvents.rollout(8)))
        .isEqualTo(
            "{\"type\":\"rollout_finished\",\"step\":8,\"images\":96,\"reward_mean\":0.625,"
                + "\"reward_std\":0.125,\"rewards\":{\"shape\":0.375,\"colour\":0.75},"
                + "\"zero_std_ratio\":0.0625,\"passes\":10,\"evaluations\":960,"
                + "\"timing\":{\"time\":\"2026-01-02T03:04:05.678Z\",\"seconds\":1.5,\"reward_wait_seconds\":0.25}}");
  }

  @Test
  void anEventThatKnowsItsStepOtherwiseStillHasTheField() {
    assertThat(line(ExampleEvents.run(5)))
        .startsWith("{\"type\":\"run_started\",\"step\":5,\"name\":\"toy\",\"total_steps\":20,");
  }

  @Test
  void doublesAreWrittenWithTheFewestDigitsOnEveryJavaVersion() {
    // Java 17's own Double.toString says 8.409999999999999E21 here, later ones 8.41E21.
    assertThat(line(new Event.StageFinished("a", 1, 8.41E21, 1))).contains("\"loss\":8.41E21,");
    assertThat(line(new Event.StageFinished("a", 1, 0.002, 1))).contains("\"loss\":0.002,");
  }

  @Test
  void everyKindOfEventComesBackAsItWas() {
    assertThat(ExampleEvents.all().stream().map(e -> EventJson.type(e.getClass())))
        .containsExactlyInAnyOrderElementsOf(EventJson.kinds().keySet());
    for (Event event : ExampleEvents.all()) {
      assertThat(EventJson.read(line(event)))
          .contains(new Stamped(ManualClock.START, event))
          .get()
          .satisfies(back -> assertThat(line(back.event())).isEqualTo(line(event)));
    }
  }

  @Test
  void notANumberIsNullAndInfinityIsText() {
    Event event = new Event.EvaluationFinished(3, Double.NaN, Map.of("a", Double.NaN), 1, 2);
    assertThat(line(event)).contains("\"score\":null,\"tasks\":{\"a\":null}");
    assertThat(EventJson.read(line(event))).get().extracting(Stamped::event).isEqualTo(event);
    Event infinite = new Event.StageFinished("flow", 3, Double.NEGATIVE_INFINITY, 2);
    assertThat(line(infinite)).contains("\"loss\":\"-Infinity\"");
    assertThat(EventJson.read(line(infinite))).get().extracting(Stamped::event).isEqualTo(infinite);
  }

  @Test
  void readsLinesOfOtherVersions() {
    String time = "\"timing\":{\"time\":\"2026-01-02T03:04:05.678Z\"}}";
    assertThat(EventJson.read("{\"type\":\"eclipse_seen\",\"step\":3," + time)).isEmpty();
    assertThat(EventJson.read("{\"type\":\"stage_finished\",\"step\":3,\"hue\":1," + time))
        .get()
        .extracting(Stamped::event)
        .isEqualTo(new Event.StageFinished(null, 3, Double.NaN, Double.NaN));
  }

  @Test
  void saysWhatIsNoEvent() {
    assertThatThrownBy(() -> EventJson.read("{\"type\":"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not JSON: ");
    assertThatThrownBy(() -> EventJson.read("{\"step\":1}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no event: it needs a type and timing.time");
    String rollout =
        "{\"type\":\"rollout_finished\",\"step\":1,\"reward_mean\":\"x\",\"timing\":{\"time\":\"2026-01-02T03:04:05Z\"}}";
    assertThatThrownBy(() -> EventJson.read(rollout))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no event of its type: reward_mean is missing or wrong");
  }

  @Test
  void theSchemaDocumentDescribesEveryField() throws IOException {
    String schema = Files.readString(Path.of("../docs/metrics.md"));
    EventJson.kinds()
        .forEach(
            (type, kind) -> {
              assertThat(schema).contains("### `" + type + "`\n");
              String section = schema.substring(schema.indexOf("### `" + type + "`\n") + 5);
              int end = section.indexOf("\n#");
              String text = end < 0 ? section : section.substring(0, end);
              for (String field : EventJson.fields(kind)) {
                boolean timing = EventJson.timingFields(kind).contains(field);
                String name = timing ? "timing." + field : field;
                if (!field.equals("step")) {
                  assertThat(text).as(type).contains("| `" + name + "` |");
                }
              }
            });
  }

  private static String line(Event event) {
    return EventJson.write(new Stamped(ManualClock.START, event));
  }
}
