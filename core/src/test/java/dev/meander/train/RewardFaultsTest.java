package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.config.UserError;
import dev.meander.event.MetricsFile;
import dev.meander.reward.Reward;
import dev.meander.reward.RewardFailed;
import dev.meander.reward.remote.FaultyAnswers;
import dev.meander.reward.remote.RewardServer;
import dev.meander.reward.remote.Secret;
import dev.meander.reward.remote.Trouble;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run whose rewards come from servers that fail in every way there is. */
class RewardFaultsTest {
  private static final Reward BRIGHTNESS =
      new BrightnessProvider().create(JsonNodeFactory.instance.objectNode());
  private static final String HUSH = "hush-6f1d0a77";

  @TempDir static Path temp;
  private static Path faultless;

  @BeforeAll
  static void runWithoutFaults() {
    faultless = temp.resolve("faultless");
    try (RewardServer server = serve(0)) {
      TinyRun.run(faultless, false, rewards(server.address(), 10));
    }
  }

  private static RewardServer serve(int port) {
    return RewardServer.start("brightness", BRIGHTNESS, RewardServer.Settings.local(port));
  }

  private static String[] rewards(URI address, int retries, String... more) {
    String reward =
        "{name: http, config: {endpoints: [\"%s\"], batch_size: 2, concurrency: 3, %s connection: {timeout_seconds: 1.5, retries: %d, backoff_seconds: 0.01, breaker_faults: 4, breaker_seconds: 0.05}}}"
            .formatted(address, String.join(" ", more), retries);
    return new String[] {"rewards=[" + reward + "]", "evaluation.reward=" + reward};
  }

  private static void assertSameAsFaultless(Path run) {
    for (String file : List.of("adapter/adapter_model.safetensors", "traces/rollout-000006.json")) {
      assertThat(run.resolve(file)).hasSameBinaryContentAs(faultless.resolve(file));
    }
    assertThat(MetricsFile.comparable(run.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(faultless.resolve("metrics.jsonl")));
  }

  @Test
  void theResultIsThatOfARewardInTheSameProcess() {
    Path run = temp.resolve("local");

    TinyRun.run(run, false);

    assertThat(run.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(faultless.resolve("adapter/adapter_model.safetensors"));
  }

  @Test
  void faultsThatPassChangeNothing() {
    Path run = temp.resolve("faults");
    Trouble[] all = Trouble.values();
    AtomicInteger requests = new AtomicInteger();
    Set<Trouble> seen = EnumSet.noneOf(Trouble.class);
    Supplier<Trouble> faults =
        () -> {
          int n = requests.getAndIncrement();
          Trouble trouble = n % 2 == 0 ? all[n / 2 % all.length] : Trouble.NONE;
          synchronized (seen) {
            seen.add(trouble);
          }
          return trouble;
        };
    try (RewardServer server = FaultyAnswers.serve("brightness", BRIGHTNESS, faults)) {
      TinyRun.run(run, false, rewards(server.address(), 20));
    }

    assertThat(seen).containsExactlyInAnyOrder(all);
    assertSameAsFaultless(run);
  }

  @Test
  void aServerThatDiesAndComesBackChangesNothing() throws Exception {
    Path run = temp.resolve("back");
    AtomicInteger requests = new AtomicInteger();
    RewardServer first =
        FaultyAnswers.serve(
            "brightness",
            BRIGHTNESS,
            () -> requests.incrementAndGet() > 8 ? Trouble.DROP : Trouble.NONE);
    URI address = first.address();
    Thread operator =
        new Thread(
            () -> {
              while (requests.get() <= 10) {
                Thread.onSpinWait();
                Thread.yield();
              }
              first.close();
            });
    operator.start();
    List<RewardServer> second = new ArrayList<>();
    Thread restarter =
        new Thread(
            () -> {
              try {
                operator.join();
                second.add(serve(address.getPort()));
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    restarter.start();
    try {
      TinyRun.run(run, false, rewards(address, 200));
    } finally {
      restarter.join();
      second.forEach(RewardServer::close);
    }

    assertSameAsFaultless(run);
  }

  @Test
  void aServerThatStaysAwayStopsTheRunWhichGoesOnElsewhere() {
    // An evaluation takes 2 requests, a rollout 4: it ends in rollout 4, then in the evaluation
    // after it.
    Path run = temp.resolve("away");
    for (int answered : new int[] {2 + 4 + 4 + 2 + 4 + 1, 4 + 1}) {
      AtomicInteger requests = new AtomicInteger();
      Supplier<Trouble> faults =
          () -> requests.getAndIncrement() < answered ? Trouble.NONE : Trouble.ERROR;
      boolean resume = Files.exists(run);
      try (RewardServer server = FaultyAnswers.serve("brightness", BRIGHTNESS, faults)) {
        String[] changes = rewards(server.address(), 2);
        assertThatThrownBy(() -> TinyRun.run(run, resume, with(changes, "checkpoints.every=100")))
            .isInstanceOf(RewardFailed.class)
            .hasMessageContaining("stopped after rollout " + (resume ? 4 : 3) + " of 6")
            .hasMessageContaining("reward http: no server gave a usable answer")
            .hasMessageContaining(server.address() + " answered 500: a drill")
            .hasMessageContaining("--resume");
      }
    }
    try (RewardServer server = serve(0)) {
      TinyRun.run(run, true, with(rewards(server.address(), 2), "checkpoints.every=100"));
    }

    assertSameAsFaultless(run);
  }

  private static String[] with(String[] changes, String more) {
    return Stream.concat(Stream.of(changes), Stream.of(more)).toArray(String[]::new);
  }

  /** The worst server: in the end it tells everybody the key that it was given. */
  @Test
  void nothingThatARunWritesHoldsTheSecret() throws Exception {
    Path run = temp.resolve("secret");
    AtomicInteger calls = new AtomicInteger();
    Reward telltale =
        samples -> {
          if (calls.incrementAndGet() > 9) {
            throw new UserError("x".repeat(190) + " wrong key " + HUSH);
          }
          return BRIGHTNESS.score(samples);
        };
    RewardServer.Settings local = RewardServer.Settings.local(0);
    RewardServer.Settings guarded =
        new RewardServer.Settings(
            local.host(),
            0,
            local.threads(),
            local.mostBytes(),
            Secret.read("test", "token", Optional.of("KEY"), Map.of("KEY", HUSH)));
    try (RewardServer server = RewardServer.start("telltale", telltale, guarded)) {
      String[] changes = rewards(server.address(), 0, "token_env: REWARD_TOKEN,");
      assertThat(start(run, changes).waitFor()).isNotZero();
    }

    assertThat(run.resolveSibling("secret.log"))
        .content()
        .contains("stopped after rollout 1 of 6", "answered 422: xxx")
        .doesNotContain("hush");
    try (Stream<Path> files = Files.walk(run)) {
      List<Path> all = files.filter(Files::isRegularFile).toList();
      assertThat(all)
          .contains(
              run.resolve("recipe.yaml"),
              run.resolve("provenance.json"),
              run.resolve("metrics.jsonl"),
              run.resolve("report.html"),
              run.resolve("checkpoints/step-00000001/state.json"));
      for (Path file : all) {
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
            .as(file.toString())
            .doesNotContain("hush");
      }
    }
    assertThat(run.resolve("recipe.yaml")).content().contains("token_env: REWARD_TOKEN");
  }

  private static Process start(Path directory, String... overrides) throws IOException {
    ProcessBuilder builder = TinyRun.process(directory, overrides);
    builder.environment().put("REWARD_TOKEN", HUSH);
    return builder.redirectOutput(directory.resolveSibling("secret.log").toFile()).start();
  }
}
