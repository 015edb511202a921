package dev.meander.internal.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The credit of a rollout as a page, with one of its trajectories chosen. */
public final class ExplainPage {
  private static final JsonMapper JSON = new JsonMapper();

  private ExplainPage() {}

  /**
   * Writes the page.
   *
   * @throws UserError when the trace or its sheet cannot be read
   */
  public static void write(Path file, TraceStore store, Trajectory found) {
    long rollout = found.trace().rollout();
    RolloutTrace.Row row = found.numbers();
    String run = String.valueOf(store.run().toAbsolutePath().normalize().getFileName());
    Path sheet = store.sheet(rollout);
    boolean drawn = Files.exists(sheet);
    try {
      JsonNode trace = JSON.readTree(store.file(rollout).toFile());
      Map<String, String> images =
          drawn
              ? Map.of(
                  TraceStore.FOLDER + "/" + sheet.getFileName(),
                  Sheets.address(Files.readAllBytes(sheet)))
              : Map.of();
      new Page("explain", "Rollout " + rollout + ": " + row.prompt(), run, "rollout " + rollout)
          .with("runs", List.of(Map.of("id", run, "updated", 0)))
          .with(
              "traces",
              Map.of(
                  run,
                  Map.of(
                      "rollouts",
                      List.of(rollout),
                      "sheets",
                      drawn ? List.of(rollout) : List.of())))
          .with("trace", Map.of(run, trace))
          .with("images", Map.of(run, images))
          .with(
              "chosen", Map.of("rollout", rollout, "group", row.group(), "sample", found.sample()))
          .write(file);
    } catch (IOException e) {
      throw new UserError(
          "cannot read the trace of rollout " + rollout + ": " + StrictJson.fault(e), e);
    }
  }
}
