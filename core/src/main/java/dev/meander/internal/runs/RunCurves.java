package dev.meander.internal.runs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All numbers of a run's metrics, by type of event and field, whatever types and fields there are.
 */
final class RunCurves {
  /** What the run had cost by then: columns of every type beside its own. */
  static final List<String> COSTS = List.of("rollouts", "images", "evaluations", "seconds");

  private static final Set<String> OTHERS =
      Set.of(
          "run_started",
          "stage_started",
          "stage_finished",
          "checkpoint_saved",
          "message",
          "rewards_diverged",
          "signal_lost",
          "ratio_drifted",
          "evaluation_differs",
          "run_finished",
          "run_stopped",
          "samples_drawn");

  private final Map<String, Columns> types = new LinkedHashMap<>();
  private final List<Sheet> sheets = new ArrayList<>();

  /**
   * A sheet of images.
   *
   * @param at where its line begins in the metrics file
   */
  record Sheet(long step, long at, int length) {}

  /**
   * Takes the next line of the metrics.
   *
   * @param facts what is known of the run up to this line
   * @param at where it lies in the file
   */
  void accept(JsonNode event, RunFacts facts, long at, int length) {
    String type = event.path("type").asText();
    if (type.equals("samples_drawn")) {
      sheets.add(new Sheet(event.path("step").asLong(), at, length));
    } else if (!OTHERS.contains(type)) {
      Map<String, Double> row = new LinkedHashMap<>();
      row.put(cost("rollouts"), (double) event.path("step").asLong());
      row.put(cost("images"), (double) facts.images);
      row.put(cost("evaluations"), (double) facts.evaluations);
      row.put(cost("seconds"), facts.seconds());
      fields("", event, row);
      String stage = event.path("stage").asText(); // of pretraining, whose steps begin anew
      types
          .computeIfAbsent(stage.isEmpty() ? type : type + ":" + stage, t -> new Columns())
          .add(row);
    }
  }

  /** Apart from fields of the same name. */
  private static String cost(String name) {
    return "@" + name;
  }

  private static void fields(String prefix, JsonNode object, Map<String, Double> row) {
    object
        .properties()
        .forEach(
            field -> {
              String name = prefix + field.getKey();
              if (field.getValue().isNumber() && !name.equals("step")) {
                row.put(name, field.getValue().doubleValue());
              } else if (field.getValue().isObject()) {
                fields(name + ".", field.getValue(), row);
              }
            });
  }

  /** Names of all curves: {@code evaluation_finished.score}. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    types.forEach(
        (type, columns) -> {
          for (String column : columns.names()) {
            if (!column.startsWith("@")) {
              names.add(type + "." + column);
            }
          }
        });
    return names;
  }

  /**
   * One curve, without its gaps.
   *
   * @param x one of {@link #COSTS}
   * @param most the number of points, about: beyond, every stretch keeps its lowest and its highest
   */
  Curve curve(String name, String x, int most) {
    int dot = name.indexOf('.');
    Columns columns = types.get(dot < 0 ? name : name.substring(0, dot));
    if (dot < 0 || columns == null) {
      return new Curve(new double[0], new double[0]);
    }
    return Curve.of(columns.column(cost(x)), columns.column(name.substring(dot + 1)), most);
  }

  List<Sheet> sheets() {
    return sheets;
  }

  /** How many numbers this holds in memory, about. */
  long values() {
    return 4L * sheets.size() + types.values().stream().mapToLong(Columns::values).sum();
  }
}
