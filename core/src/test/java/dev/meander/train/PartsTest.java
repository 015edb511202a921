package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.distributed.Peers;
import dev.meander.distributed.ThreadPeers;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in parts leaves the same bytes whoever computes which part: with any number of processes,
 * which are threads here.
 */
class PartsTest {
  @TempDir private Path temp;

  private static TrainRun run(Path directory, Peers peers, String... overrides) {
    return new TrainRun(
            TinyRun.config(overrides),
            new RunDirectory(directory),
            List.of(),
            Progress.Source.SILENT,
            InstantSource.system())
        .with(peers);
  }

  /** What so many processes leave, by file. */
  private Map<String, String> left(int processes, String... overrides) throws IOException {
    Path directory = temp.resolve("run-" + processes);
    List<Object> results =
        ThreadPeers.run(
            processes,
            peers ->
                run(peers.isFirst() ? directory : temp.resolve("nowhere"), peers, overrides)
                    .execute(false));
    assertThat(results).allMatch(result -> result instanceof Trainer.Summary);
    assertThat(temp.resolve("nowhere")).doesNotExist();
    return files(directory);
  }

  /** Hashes of everything that is a function of the recipe. */
  static Map<String, String> files(Path directory) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = directory.relativize(file).toString();
        if (name.endsWith(".safetensors") || name.startsWith("traces") || name.endsWith(".png")) {
          CRC32 crc = new CRC32();
          crc.update(Files.readAllBytes(file));
          files.put(name, Long.toHexString(crc.getValue()));
        }
      }
    }
    files.put(
        "metrics.jsonl", MetricsFile.comparable(directory.resolve("metrics.jsonl")).toString());
    return files;
  }

  private static String[] with(String[] some, String... more) {
    List<String> all = new ArrayList<>(Arrays.asList(some));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  @Test
  void anyNumberOfProcesses() throws Exception {
    String[] recipe = {"rollouts=3", "distributed.parts=4", "data.group_size=6"};
    Map<String, String> one = left(1, recipe);
    assertThat(one.keySet())
        .anyMatch(name -> name.startsWith("checkpoints"))
        .anyMatch(name -> name.startsWith("adapter/"))
        .anyMatch(name -> name.startsWith("adapter-raw/"))
        .anyMatch(name -> name.endsWith("rollout-000001.png"))
        .anyMatch(name -> name.startsWith("samples"));
    for (int processes : new int[] {2, 3, 4, 6}) {
      assertThat(left(processes, recipe)).as("%d processes", processes).isEqualTo(one);
    }
  }
}
