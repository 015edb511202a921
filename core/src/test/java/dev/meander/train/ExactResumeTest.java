package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.MetricsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run that is killed (SIGKILL) at random moments and resumed ends as the one that was left alone.
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
    Random random = new Random(System.nanoTime());
    int killed = 0;
    for (int i = 0; i < KILLS; i++) {
      Process process = start(broken, Files.exists(broken.resolve("recipe.yaml")));
      if (!process.waitFor(millis / 3 + random.nextLong(millis / 2), TimeUnit.MILLISECONDS)) {
        killed++;
        process.destroyForcibly().waitFor();
      }
    }
    assertThat(killed).isPositive();
    assertThat(start(broken, Files.exists(broken.resolve("recipe.yaml"))).waitFor()).isZero();

    for (String file :
        List.of(
            "adapter/adapter_model.safetensors",
            "adapter-raw/adapter_model.safetensors",
            "traces/rollout-000001.json",
            "traces/rollout-000001.png",
            "traces/rollout-000006.json")) {
      assertThat(broken.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
    assertThat(MetricsFile.comparable(broken.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(whole.resolve("metrics.jsonl")));
  }

  private static Process start(Path directory, boolean resume) throws IOException {
    return TinyRun.process(directory, resume ? new String[] {"--resume"} : new String[0])
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(directory.resolveSibling("log.txt").toFile()))
        .start();
  }
}
