package dev.meander.internal.report;

import dev.meander.event.Event.EvaluationFinished;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The evaluation score and its parts: at first, at best, at last. */
final class EvaluationTable {
  private static final List<String> HEADS = List.of("first", "best", "last");

  private EvaluationTable() {}

  /** The table; empty with less than two evaluations. */
  static String of(RunLog log) {
    if (log.evaluations.size() < 2 || log.bestEvaluation().isEmpty()) {
      return "";
    }
    EvaluationFinished first = log.evaluations.get(0);
    EvaluationFinished last = log.evaluations.get(log.evaluations.size() - 1);
    List<EvaluationFinished> columns = List.of(first, log.bestEvaluation().get(), last);
    StringBuilder out = new StringBuilder("<div class=\"wide\"><table class=\"tasks\">");
    out.append("<thead><tr><th></th>");
    for (int i = 0; i < HEADS.size(); i++) {
      out.append(
          "<th>%s<small>step %s</small></th>"
              .formatted(HEADS.get(i), Html.count(columns.get(i).step())));
    }
    out.append("<th>change</th></tr></thead><tbody>");
    row(out, "score", " class=\"total\"", columns.stream().map(EvaluationFinished::score).toList());
    Set<String> tasks = new LinkedHashSet<>();
    columns.forEach(evaluation -> tasks.addAll(evaluation.tasks().keySet()));
    for (String task : tasks) {
      List<Double> values =
          columns.stream().map(e -> e.tasks().getOrDefault(task, Double.NaN)).toList();
      row(out, task, "", values);
    }
    return out.append("</tbody></table></div>\n").toString();
  }

  private static void row(StringBuilder out, String name, String style, List<Double> values) {
    out.append("<tr%s><th>%s</th>".formatted(style, Html.escape(name)));
    values.forEach(value -> out.append("<td>").append(Html.number(value)).append("</td>"));
    double change = values.get(values.size() - 1) - values.get(0);
    String kind = change > 0 ? "up" : change < 0 ? "down" : "";
    out.append("<td class=\"%s\">%s</td></tr>".formatted(kind, Html.change(change)));
  }
}
