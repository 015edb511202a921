package dev.meander.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.advantage.SeedGroups;
import dev.meander.config.Problems;
import java.util.HashMap;
import java.util.Map;

/**
 * Rewards from outside.
 *
 * @param rewards {@code [N][...]}, rows of one length
 * @param groups {@code [N]}, numbered in order of appearance
 * @param seeds {@code [N]}; all 0 when there are none
 */
record TraceFile(double[][] rewards, long[] groups, long[] seeds) {
  /** Reads and checks the document. */
  static TraceFile read(JsonNode document, String source, CreditReport report) {
    Problems problems = new Problems();
    int least =
        switch (report.method()) {
          case TERMINAL, BRANCH -> 1;
          default -> 2;
        };
    double[][] rewards = rewards(document.path("rewards"), least, problems);
    long[] groups = ids(document.path("groups"), "groups", rewards.length, problems);
    boolean seeded = document.has("seeds") || report.grouping() instanceof SeedGroups;
    long[] seeds =
        seeded
            ? ids(document.path("seeds"), "seeds", rewards.length, problems)
            : new long[rewards.length];
    problems.throwIfAny(source);
    return new TraceFile(rewards, groups, seeds);
  }

  private static double[][] rewards(JsonNode node, int least, Problems problems) {
    if (!node.isArray() || node.isEmpty()) {
      problems.add("rewards must be a list with one row of numbers for each sample");
      return new double[0][];
    }
    int width = node.get(0).size();
    if (width < least) {
      problems.add(
          least == 1
              ? "rewards[0] must be a row of numbers"
              : "rewards[0] must hold R0, R1, ..., Rn: at least 2 numbers, not " + width);
    }
    double[][] rows = new double[node.size()][width];
    for (int i = 0; i < rows.length; i++) {
      JsonNode row = node.get(i);
      if (!row.isArray() || row.size() != width) {
        problems.add("rewards[%d] must be a row of %d numbers, as rewards[0]".formatted(i, width));
        continue;
      }
      for (int j = 0; j < width; j++) {
        JsonNode number = row.get(j);
        rows[i][j] = number.asDouble();
        if (!number.isNumber() || !Double.isFinite(rows[i][j])) {
          problems.add("rewards[%d][%d] must be a finite number, not %s".formatted(i, j, number));
        }
      }
    }
    return rows;
  }

  private static long[] ids(JsonNode node, String key, int samples, Problems problems) {
    if (!node.isArray() || node.size() != samples) {
      problems.add(
          "%s must be a list with one name or number for each of the %d samples"
              .formatted(key, samples));
      return new long[samples];
    }
    Map<JsonNode, Long> known = new HashMap<>();
    long[] ids = new long[samples];
    for (int i = 0; i < samples; i++) {
      JsonNode id = node.get(i);
      if (!id.isTextual() && !id.isIntegralNumber()) {
        problems.add("%s[%d] must be a name or a whole number, not %s".formatted(key, i, id));
      }
      known.putIfAbsent(id, (long) known.size());
      ids[i] = known.get(id);
    }
    return ids;
  }
}
