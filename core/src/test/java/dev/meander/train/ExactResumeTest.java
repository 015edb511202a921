package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed (SIGKILL) at random moments and resumed ends as the one that was left alone.
 * Every failure tells the seed; {@code -Dtest.seed=} repeats it.
 */
class ExactResumeTest {
  private static final int KILLS = 4;

  @Test
  void killedAtRandomMoments(@TempDir Path temp) throws Exception {
    Path whole = temp.resolve("whole");
    long started = System.nanoTime();
    assertThat(start(whole, false).waitFor()).isZero();
    long millis = (System.nanoTime() - started) / 1_000_000;

    Path broken = temp.resolve("broken");
    long seed = Long.getLong("test.seed", started);
    Random random = new Random(seed);
    List<Long> moments = new ArrayList<>();
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = start(broken, Files.exists(broken.resolve("recipe.yaml")));
      moments.add(millis / 3 + (long) (random.nextDouble() * millis / 2));
      if (!process.waitFor(moments.get(i), TimeUnit.MILLISECONDS)) {
        killed++;
        process.destroyForcibly().waitFor();
      }
    }
    String when = "test.seed %d, killed after %s ms".formatted(seed, moments);
    assertThat(killed).as(when).isPositive();
    assertThat(start(broken, Files.exists(broken.resolve("recipe.yaml"))).waitFor())
        .as(when)
        .isZero();

    for (String file :
        List.of(
            "adapter/adapter_model.safetensors",
            "adapter-raw/adapter_model.safetensors",
            "traces/rollout-000001.json",
            "traces/rollout-000001.png",
            "traces/rollout-000006.json")) {
      assertThat(broken.resolve(file)).as(when).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(MetricsFile.comparable(broken.resolve("metrics.jsonl")))
        .as(when)
        .isEqualTo(MetricsFile.comparable(whole.resolve("metrics.jsonl")));
  }

  private static Process start(Path directory, boolean resume) throws IOException {
    return TinyRun.process(directory, resume ? new String[] {"--resume"} : new String[0])
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolveSibling("log.txt").toFile()))
        .start();
  }
}
