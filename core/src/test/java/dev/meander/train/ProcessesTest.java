package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs that JVMs share over c10d leave the bytes of one process, also when some are killed and
 * others go on. Every failure tells the seed; {@code -Dtest.seed=} repeats it.
 */
class ProcessesTest {
  private static final long PATIENCE = 240;
  private static final String[] RECIPE = {
    "rollouts=4",
    "distributed.parts=6",
    "data.group_size=7",
    "data.prompts_per_rollout=5",
    "update.updates_per_rollout=1",
    "evaluation.limit=13"
  };

  @TempDir private Path temp;

  private List<Process> start(int size, String run, String... more) throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    List<String> arguments = new ArrayList<>(Arrays.asList(RECIPE));
    arguments.addAll(List.of(more));
    List<Process> processes = new ArrayList<>();
    for (int rank = 0; rank < size; rank++) {
      ProcessBuilder process = TinyRun.process(temp.resolve(run), arguments.toArray(String[]::new));
      process
          .environment()
          .putAll(
              Map.of(
                  "RANK", "" + rank,
                  "WORLD_SIZE", "" + size,
                  "LOCAL_RANK", "" + rank,
                  "MASTER_ADDR", "127.0.0.1",
                  "MASTER_PORT", "" + port));
      Path log = temp.resolve(run + "-" + rank + ".log");
      processes.add(process.redirectOutput(Redirect.appendTo(log.toFile())).start());
    }
    return processes;
  }

  private void finish(List<Process> processes, String run) throws Exception {
    for (Process process : processes) {
      if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
        processes.forEach(Process::destroyForcibly);
      }
      assertThat(process.waitFor()).as(() -> log(run)).isZero();
    }
  }

  private String log(String run) {
    StringBuilder all = new StringBuilder();
    for (int rank = 0; Files.exists(temp.resolve(run + "-" + rank + ".log")); rank++) {
      try {
        all.append("rank ").append(rank).append(":\n");
        all.append(Files.readString(temp.resolve(run + "-" + rank + ".log")));
      } catch (IOException e) {
        all.append(e.getMessage());
      }
    }
    return all.toString();
  }

  @Test
  void whateverHappensToThem() throws Exception {
    finish(start(1, "one"), "one");
    Map<String, String> one = PartsTest.files(temp.resolve("one"));

    finish(start(4, "four"), "four");
    assertThat(PartsTest.files(temp.resolve("four"))).as("four processes").isEqualTo(one);

    finish(start(3, "fewer", "rollouts=2"), "fewer");
    finish(start(1, "fewer", "--resume"), "fewer");
    assertThat(weights("fewer")).as("three, then one").isEqualTo(weights("one"));

    long seed = Long.getLong("test.seed", System.nanoTime());
    Random random = new Random(seed);
    killOne("broken", 3, random.nextInt(3), "step-00000001", random.nextInt(300));
    killOne("broken", 2, 0, "step-00000002", random.nextInt(300));
    finish(start(1, "broken", "--continue"), "broken");
    assertThat(PartsTest.files(temp.resolve("broken"))).as("test.seed %d", seed).isEqualTo(one);
  }

  /**
   * Kills (SIGKILL) a process so long after a checkpoint was written; the others end by themselves.
   */
  private void killOne(String run, int size, int victim, String checkpoint, long millis)
      throws Exception {
    List<Process> processes = start(size, run, "--continue");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
    while (Files.notExists(temp.resolve(run).resolve("checkpoints").resolve(checkpoint))) {
      assertThat(System.nanoTime()).as(() -> log(run)).isLessThan(deadline);
      Thread.sleep(5);
    }
    Thread.sleep(millis);
    processes.get(victim).destroyForcibly();
    for (Process process : processes) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(() -> log(run)).isTrue();
      assertThat(process.exitValue()).as(() -> log(run)).isNotZero();
    }
  }

  /** Without the metrics, where the end of the shorter run is judged once more. */
  private Map<String, String> weights(String run) throws IOException {
    Map<String, String> files = PartsTest.files(temp.resolve(run));
    files.keySet().removeIf(name -> !name.endsWith(".safetensors"));
    return files;
  }
}
