package dev.meander.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.Extensions;
import dev.meander.event.Event;
import dev.meander.event.MlflowConfig;
import dev.meander.event.MlflowSinkProvider;
import dev.meander.event.Stamped;
import dev.meander.testing.ExampleEvents;
import dev.meander.testing.ManualClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MlflowSinkTest {
  private static final Event END = new Event.RunFinished(2, Map.of("score_after", 0.5), 10);

  @TempDir private Path folder;
  private Path run;
  private final List<Event> said = new ArrayList<>();

  @BeforeEach
  void recipe() throws IOException {
    run = Files.createDirectory(folder.resolve("mine"));
    Files.writeString(
        run.resolve("recipe.yaml"),
        "name: mine\nrollouts: 2\nrewards: [{name: ocr, config: {mode: x}}]\nevents: {mlflow: {uri: x}}\n");
  }

  private void tell(String server, double timeout, Event... events) {
    MlflowConfig config = new MlflowConfig(server, "mine", timeout);
    try (MlflowSink sink = new MlflowSink(config, server, run, said::add)) {
      for (Event event : events) {
        sink.accept(new Stamped(ManualClock.START, event));
      }
    }
  }

  private static List<JsonNode> all(FakeServer server, String part) {
    List<JsonNode> all = new ArrayList<>();
    server.sent("runs/log-batch").forEach(batch -> batch.path(part).forEach(all::add));
    return all;
  }

  private static Set<String> keys(List<JsonNode> values) {
    Set<String> keys = new HashSet<>();
    values.forEach(value -> keys.add(value.path("key").asText()));
    return keys;
  }

  @Test
  void theServerHearsOfSettingsCurvesAndTheEnd() {
    try (FakeServer server = new FakeServer(0, true)) {
      tell(
          server.address(),
          20,
          ExampleEvents.run(0),
          ExampleEvents.rollout(1),
          ExampleEvents.update(1),
          END);

      assertThat(said).isEmpty();
      assertThat(server.sent("experiments/create").get(0).path("name").asText()).isEqualTo("mine");
      JsonNode created = server.sent("runs/create").get(0);
      assertThat(created.path("experiment_id").asText()).isEqualTo("7");
      assertThat(created.path("run_name").asText()).isEqualTo("mine");
      List<JsonNode> params = all(server, "params");
      assertThat(keys(params))
          .containsExactlyInAnyOrder("name", "rollouts", "rewards.0.name", "rewards.0.config.mode");
      List<JsonNode> metrics = all(server, "metrics");
      assertThat(keys(metrics)).contains("train/reward_mean", "reward/colour", "train/grad_norm");
      JsonNode first = metrics.get(0);
      assertThat(first.path("key").asText()).isEqualTo("train/reward_mean");
      assertThat(first.path("value").asDouble()).isEqualTo(0.515625);
      assertThat(first.path("step").asInt()).isEqualTo(1);
      assertThat(first.path("timestamp").asLong()).isEqualTo(ManualClock.START.toEpochMilli());
      assertThat(server.sent("runs/update").get(0).path("status").asText()).isEqualTo("FINISHED");
      assertThat(ConfigFile.read(run.resolve("mlflow.json")).path("run_id").asText())
          .isEqualTo("abc");
    }
  }

  @Test
  void aResumedRunGoesOnInTheSameOne() throws IOException {
    try (FakeServer server = new FakeServer(0, true)) {
      Files.writeString(
          run.resolve("mlflow.json"),
          "{\"uri\": \"%s\", \"run_id\": \"old\"}".formatted(server.address()));
      server.answers.put(
          "runs/get",
          "{\"run\": {\"info\": {\"run_id\": \"old\"}, \"data\": {\"metrics\": [{\"key\": \"train/reward_mean\","
              + " \"value\": 0.5, \"timestamp\": 1, \"step\": 1}]}}}");
      tell(
          server.address(),
          20,
          ExampleEvents.run(0),
          ExampleEvents.rollout(1),
          ExampleEvents.rollout(2),
          new Event.RunStopped(2, Event.Ending.INTERRUPTED, "asked"));

      assertThat(said).isEmpty();
      assertThat(server.sent("runs/create")).isEmpty();
      assertThat(all(server, "params")).as("they may not change").isEmpty();
      assertThat(server.sent("runs/log-batch"))
          .allMatch(batch -> batch.path("run_id").asText().equals("old"));
      assertThat(all(server, "metrics"))
          .filteredOn(m -> m.path("key").asText().equals("train/reward_mean"))
          .extracting(m -> m.path("step").asInt())
          .as("step 1 is there already")
          .containsExactly(2);
      assertThat(server.sent("runs/update"))
          .extracting(update -> update.path("status").asText())
          .containsExactly("RUNNING", "KILLED");
    }
  }

  @Test
  void aRunThatTheServerHasForgottenBeginsAnew() throws IOException {
    try (FakeServer server = new FakeServer(0, true)) {
      Files.writeString(
          run.resolve("mlflow.json"),
          "{\"uri\": \"%s\", \"run_id\": \"old\"}".formatted(server.address()));

      tell(server.address(), 20, ExampleEvents.run(1), ExampleEvents.rollout(2), END);

      assertThat(said).isEmpty();
      assertThat(server.sent("runs/create")).hasSize(1);
      assertThat(keys(all(server, "metrics"))).contains("train/reward_mean");
    }
  }

  @Test
  void whatAServerMissedItGetsWhenItAnswers() throws Exception {
    int port;
    try (FakeServer server = new FakeServer(0, true)) {
      port = server.port();
    }
    String address = "http://127.0.0.1:" + port;
    MlflowConfig config = new MlflowConfig(address, "mine", 20);
    try (MlflowSink sink = new MlflowSink(config, address, run, said::add)) {
      sink.accept(new Stamped(ManualClock.START, ExampleEvents.run(0)));
      // The first connection may be refused before or after the event that began it was looked at.
      int tries = 0;
      do {
        Thread.sleep(50);
        sink.accept(new Stamped(ManualClock.START, ExampleEvents.rollout(1)));
      } while (said.isEmpty() && ++tries < 200);
      assertThat(said).hasSize(1);
      Event.Message warning = (Event.Message) said.get(0);
      assertThat(warning.level()).isEqualTo(Event.Level.WARNING);
      assertThat(warning.text())
          .startsWith("events.mlflow: " + address + ": ")
          .endsWith("the run goes on, and what is missing there is sent when it answers");
      try (FakeServer server = new FakeServer(port, true)) {
        sink.accept(new Stamped(ManualClock.START, END));

        assertThat(said).as("one warning is enough").hasSize(1);
        assertThat(keys(all(server, "metrics"))).contains("train/reward_mean");
        assertThat(server.sent("runs/update")).hasSize(1);
      }
    }
  }

  @Test
  void noServerHoldsARunUp() {
    tell("http://127.0.0.1:1", 20, ExampleEvents.run(0), ExampleEvents.rollout(1), END);
    assertThat(last()).contains("values were not sent; metrics.jsonl has them");

    said.clear();
    try (FakeServer silent = new FakeServer(0, false)) {
      tell(silent.address(), 0.2, ExampleEvents.run(0), ExampleEvents.rollout(1), END);
      assertThat(last())
          .contains("values were not sent; metrics.jsonl has them: it did not answer within 0.2 s");
    }
  }

  private String last() {
    return ((Event.Message) said.get(said.size() - 1)).text();
  }

  @Test
  void itIsFoundAndKnowsWhereTheServerIs() {
    assertThat(Extensions.load(MlflowSinkProvider.class)).hasSize(1);
    MlflowConfig usual = new MlflowConfig("", "mine", 1);
    assertThat(usual.address(Map.of())).isEqualTo("http://127.0.0.1:5000");
    assertThat(usual.address(Map.of("MLFLOW_TRACKING_URI", "https://host/x/ ")))
        .isEqualTo("https://host/x");
    assertThat(new MlflowConfig("http://b", "mine", 1).address(Map.of("MLFLOW_TRACKING_URI", "c")))
        .isEqualTo("http://b");
  }
}
