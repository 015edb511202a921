package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.event.ProgressFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What a run's process is doing: a small file that it writes anew every second or so. */
final class Doing {
  private static final int LONGEST = 4096;
  private static final JsonMapper JSON = new JsonMapper();

  private Doing() {}

  static Optional<RunSummary.Doing> read(RunsFolder folder, Path run) {
    Optional<Path> file = folder.inside(run.resolve(ProgressFile.NAME));
    try {
      if (file.isEmpty() || Files.size(file.get()) > LONGEST) {
        return Optional.empty();
      }
      JsonNode node = JSON.readTree(Files.readAllBytes(file.get()));
      String label = node.path("label").asText();
      return label.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new RunSummary.Doing(
                  label,
                  node.path("done").asLong(),
                  node.path("total").asLong(),
                  node.path("unit").asText()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
