package dev.meander.internal.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.internal.runs.RunJson;
import dev.meander.internal.runs.RunSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs side by side as a page: scores, curves, the same images of all, and what differs. */
public final class ComparePage {
  private static final int MOST_POINTS = 300; // of a curve
  private static final int POINTS = 6000; // of a curve in all runs together
  private static final int PICTURED = 6; // as many runs as the view puts side by side
  private static final long IMAGE_BYTES = 8 << 20;

  private ComparePage() {}

  /**
   * A run.
   *
   * @param group a text that is equal for the runs of one recipe, and what these are called
   * @param evaluation a text that is equal for runs that were evaluated alike
   */
  public record Member(Path path, String group, int evaluation) {}

  /**
   * Writes the page.
   *
   * @param comparison what {@code meander compare --json} prints
   */
  public static void write(Path file, JsonNode comparison, List<Member> members) {
    List<JsonNode> rows = new ArrayList<>();
    Map<String, Object> about = new LinkedHashMap<>();
    Map<String, Object> curves = new LinkedHashMap<>();
    Map<String, Object> sheets = new LinkedHashMap<>();
    Map<String, Object> images = new LinkedHashMap<>();
    int points = Math.max(2, Math.min(MOST_POINTS, POINTS / members.size()));
    for (Member member : members) {
      String id = member.path().toString();
      RunSnapshot run = RunSnapshot.read(member.path(), id, points);
      Sheets drawn =
          Sheets.of(
              member.path(),
              sheets.size() < PICTURED ? run.sheets() : List.of(),
              IMAGE_BYTES / Math.min(PICTURED, members.size()));
      ObjectNode row = (ObjectNode) RunJson.tree(run.summary());
      rows.add(
          row.put("name", member.group())
              .put("group", member.group())
              .put("evaluation", String.valueOf(member.evaluation())));
      about.put(id, run.about());
      curves.put(id, run.curves());
      sheets.put(id, drawn.sheets());
      images.put(id, drawn.images());
    }
    new Page("compare", "Runs compared", "Runs compared", members.size() + " runs")
        .with("comparison", comparison)
        .with("runs", rows)
        .with("run", about)
        .with("curves", curves)
        .with("sheets", sheets)
        .with("images", images)
        .write(file);
  }
}
