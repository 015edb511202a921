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
    assertThat(start(whole, false).waitFor()).isZero();

    // Not by the clock: how fast a run is changes with whatever else the machine does.
    Path broken = temp.resolve("broken");
    long seed = Long.getLong("test.seed", System.nanoTime());
    Random random = new Random(seed);
    List<Long> sizes = new ArrayList<>();
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = start(broken, Files.exists(broken.resolve("recipe.yaml")));
      double share = (i + random.nextDouble()) / (KILLS + 1);
      sizes.add((long) (share * Files.size(whole.resolve("metrics.jsonl"))));
      while (process.isAlive() && size(broken.resolve("metrics.jsonl")) <= sizes.get(i)) {
        Thread.sleep(1);
      }
      if (!process.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS)) {
        killed++;
        process.destroyForcibly().waitFor();
      }
    }
    String when = "test.seed %d, killed at %s bytes of metrics".formatted(seed, sizes);
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

  private static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static Process start(Path directory, boolean resume) throws IOException {
    return TinyRun.process(directory, resume ? new String[] {"--resume"} : new String[0])
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolveSibling("log.txt").toFile()))
        .start();
  }
}
