package dev.meander.cli.study;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.cli.text.Columns;
import dev.meander.train.RunCost;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingPrompts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** What a study costs, counted from its recipes and a machine's pace. */
public record StudyPlan(String name, List<Row> rows) {
  /**
   * One variant.
   *
   * @param cost the cost of a run with its first seed
   * @param last the seconds of its last evaluation
   * @param left how many of its runs are still to be trained
   * @param unjudged how many are trained and lack the last evaluation
   */
  public record Row(String variant, RunCost cost, double last, int runs, int left, int unjudged) {
    double seconds() {
      return cost.seconds() + last;
    }

    double secondsLeft() {
      return left * seconds() + unjudged * last;
    }
  }

  /** What a run still lacks. */
  public enum Lack {
    NOTHING,
    LAST_EVALUATION,
    TRAINING
  }

  /**
   * Binds every variant and counts its cost.
   *
   * @param changes the settings on top
   * @param lack what a variant's run with a seed lacks
   */
  public static StudyPlan of(
      StudyFile study,
      List<String> changes,
      RunCost.Pace pace,
      BiFunction<StudyFile.Variant, Long, Lack> lack) {
    List<Row> rows = new ArrayList<>();
    for (StudyFile.Variant variant : study.variants()) {
      TrainConfig config = study.config(variant, study.seeds().get(0), changes);
      int heldOut = config.evaluation().chosen(TrainingPrompts.load(config).heldOut()).size();
      List<Lack> lacks = study.seeds().stream().map(seed -> lack.apply(variant, seed)).toList();
      rows.add(
          new Row(
              variant.name(),
              RunCost.of(config, heldOut, pace),
              study
                  .last(variant, study.seeds().get(0), changes)
                  .map(last -> RunCost.evaluation(last, heldOut, pace))
                  .orElse(0.0),
              lacks.size(),
              Collections.frequency(lacks, Lack.TRAINING),
              Collections.frequency(lacks, Lack.LAST_EVALUATION)));
    }
    return new StudyPlan(study.name(), rows);
  }

  /** The cost of all runs, finished ones included. */
  public double hours() {
    return rows.stream().mapToDouble(row -> row.runs() * row.seconds()).sum() / 3600;
  }

  private double hoursLeft() {
    return rows.stream().mapToDouble(Row::secondsLeft).sum() / 3600;
  }

  private static Columns<Row> columns() {
    return new Columns<Row>()
        .add("variant", "variant", "%s", Row::variant)
        .add("runs", "runs", "%d", Row::runs)
        .add("left", "left", "%d", Row::left)
        .add("to judge", "to_judge", "%d", Row::unjudged)
        .add("rollouts", "rollouts", "%,d", row -> row.cost().rollouts())
        .add("images", "images", "%,.0f", row -> row.cost().images())
        .add("evaluations", "evaluations", "%,.0f", row -> row.cost().cost().evaluations())
        .add("minutes a run", "minutes", "%.1f", row -> row.seconds() / 60);
  }

  public List<String> lines() {
    List<String> lines = new ArrayList<>(columns().table(rows).lines());
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %d runs, %.1f hours, of which %.1f are left.",
            name,
            rows.stream().mapToInt(Row::runs).sum(),
            hours(),
            hoursLeft()));
    return lines;
  }

  public ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode().put("name", name);
    node.set("variants", columns().json(rows));
    return node.put("hours", hours()).put("hours_left", hoursLeft());
  }
}
