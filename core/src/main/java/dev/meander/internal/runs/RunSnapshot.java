package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.StrictJson;
import dev.meander.config.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * All of a run that a page shows, as its files have it now.
 *
 * @param summary its row
 * @param settings every setting by its key; empty without a readable recipe
 * @param provenance the same of what the run was made of
 * @param notices its warnings and errors
 * @param curves each series by {@code y}, and {@code x} by each of {@link RunCurves#COSTS}
 * @param sheets the events that tell of sheets of images
 */
public record RunSnapshot(
    RunSummary summary,
    Map<String, String> settings,
    Map<String, String> provenance,
    List<RunFacts.Notice> notices,
    Map<String, Map<String, float[]>> curves,
    List<JsonNode> sheets) {
  /**
   * Reads a run's folder.
   *
   * @param id what the page calls it
   * @param most about how many points a curve may have
   * @throws UserError when there is no such folder, or no metrics in it
   */
  public static RunSnapshot read(Path directory, String id, int most) {
    RunsFolder folder = RunsFolder.of(directory);
    if (folder.inside(folder.root().resolve(RunsFolder.METRICS)).isEmpty()) {
      throw new UserError("there is no file " + directory.resolve(RunsFolder.METRICS));
    }
    Run run = new Run(folder, id, folder.root());
    try {
      Map<String, Map<String, float[]>> curves = new LinkedHashMap<>();
      for (String name : run.curves().names()) {
        curves.put(name, curve(run.curves(), name, most));
      }
      return new RunSnapshot(
          run.poll(Instant.EPOCH, false), // at its last sign of life, whenever that was
          RunSettings.of(folder, folder.root()).all(),
          folder
              .inside(folder.root().resolve(RunsFolder.PROVENANCE))
              .map(RunSettings::flat)
              .orElse(Map.of()),
          run.notices(),
          curves,
          run.sheets());
    } catch (IOException e) {
      throw new UserError("cannot read the run " + directory + ": " + StrictJson.fault(e), e);
    }
  }

  private static Map<String, float[]> curve(RunCurves curves, String name, int most) {
    Map<String, float[]> columns = new LinkedHashMap<>();
    for (String cost : RunCurves.COSTS) {
      Curve curve = curves.curve(name, cost, most);
      columns.put(cost, narrow(curve.x()));
      columns.put("y", narrow(curve.y()));
    }
    return columns;
  }

  private static float[] narrow(double[] values) {
    float[] narrow = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      narrow[i] = (float) values[i];
    }
    return narrow;
  }

  /** What a page knows of the run by asking for it. */
  public Map<String, Object> about() {
    return Map.of(
        "id",
        summary.id(),
        "settings",
        settings,
        "series",
        new ArrayList<>(curves.keySet()),
        "notices",
        notices);
  }
}
