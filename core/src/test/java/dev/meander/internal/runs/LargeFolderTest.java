package dev.meander.internal.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.OperatingSystemMXBean;
import dev.meander.testing.SampleRuns;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 500 runs of 1,000 rollouts: prints how soon they are seen, and bounds the memory that they take.
 */
class LargeFolderTest {
  private static final int RUNS = 500;
  private static final int ROLLOUTS = 1000;
  private static final int LOOKED_AT = 140; // more than are kept
  private static final long MOST_BYTES = 120L << 20;
  private static final Duration LONG = Duration.ofMinutes(2);

  @TempDir private Path dir;

  /** Their metrics are one file with many names: what is read is the same as of 500 files. */
  private long write() throws IOException {
    Path first = SampleRuns.write(dir.resolve("run000"), "toy", 0, ROLLOUTS + 1, ROLLOUTS);
    for (int i = 1; i < RUNS; i++) {
      Path run = dir.resolve("run%03d".formatted(i));
      SampleRuns.recipe(run, "toy", i);
      Files.createLink(run.resolve("metrics.jsonl"), first.resolve("metrics.jsonl"));
    }
    return RUNS * Files.size(first.resolve("metrics.jsonl"));
  }

  private RunIndex index() {
    return RunIndex.watch(RunsFolder.of(dir), InstantSource.system(), Duration.ofSeconds(1));
  }

  /**
   * What it takes to the table with every run in it: seconds of the processors, and of the clock.
   */
  private double[] firstView() throws InterruptedException {
    long start = System.nanoTime();
    long worked = processors();
    try (RunIndex index = index()) {
      assertThat(index.runs(LONG)).hasSize(RUNS).allMatch(row -> row.step() == ROLLOUTS);
      return new double[] {(processors() - worked) / 1e9, (System.nanoTime() - start) / 1e9};
    }
  }

  private static long processors() {
    return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void everyRunIsSeenAndMemoryIsBounded() throws Exception {
    long bytes = write();
    double[] first = firstView();
    double[] again = firstView();
    long before = used();
    try (RunIndex index = index()) {
      index.runs(LONG);
      long start = System.nanoTime();
      for (int i = 0; i < LOOKED_AT; i++) {
        String id = "run%03d".formatted(i);
        Curve curve = index.curve(id, "rollout_finished.reward_mean", "rollouts", 2 * ROLLOUTS);
        assertThat(curve.x()).hasSize(ROLLOUTS);
      }
      double curves = (System.nanoTime() - start) / 1e9;
      long kept = used() - before;
      System.out.printf(
          "%d runs of %,d rollouts, %,d MB of metrics: first view %.2f s of the processors (%.2f s by the clock), again"
              + " %.2f s (%.2f s); curves of %d runs %.1f s, then %d MB on the heap%n",
          RUNS,
          ROLLOUTS,
          bytes >> 20,
          first[0],
          first[1],
          again[0],
          again[1],
          LOOKED_AT,
          curves,
          kept >> 20);
      assertThat(kept).isLessThan(MOST_BYTES);
    }
  }
}
