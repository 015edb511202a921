package dev.meander.cli.terminal;

import dev.meander.event.Event;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Remembers what the table at the end of a run says. */
final class ConsoleSummary {
  private String name = "";
  private long images;
  private Event.RolloutFinished firstRollout;
  private Event.RolloutFinished lastRollout;
  private Event.EvaluationFinished firstEvaluation;
  private Event.EvaluationFinished bestEvaluation;
  private Event.EvaluationFinished lastEvaluation;
  private String checkpoint = "";

  void add(Event event) {
    if (event instanceof Event.RunStarted run) {
      name = run.name();
    } else if (event instanceof Event.RolloutFinished rollout) {
      images += rollout.images();
      firstRollout = firstRollout == null ? rollout : firstRollout;
      lastRollout = rollout;
    } else if (event instanceof Event.EvaluationFinished evaluation) {
      firstEvaluation = firstEvaluation == null ? evaluation : firstEvaluation;
      lastEvaluation = evaluation;
      if (bestEvaluation == null || evaluation.score() > bestEvaluation.score()) {
        bestEvaluation = evaluation;
      }
    } else if (event instanceof Event.CheckpointSaved saved) {
      checkpoint = saved.path();
    }
  }

  /** The lines of the table: the whole run's numbers where it knows them, else this process's. */
  List<String> table(Event.RunFinished end) {
    Map<String, Double> more = new LinkedHashMap<>(end.summary());
    Map<String, String> rows = new LinkedHashMap<>();
    double before = take(more, "score_before", Double.NaN);
    more.remove("score_after");
    if (!Double.isNaN(before)) {
      addEvaluation(rows, "first", before, 0);
    } else if (firstEvaluation != null) {
      addEvaluation(rows, "first", firstEvaluation.score(), firstEvaluation.step());
    }
    if (bestEvaluation != null) {
      addEvaluation(rows, "best", bestEvaluation.score(), bestEvaluation.step());
      addEvaluation(rows, "last", lastEvaluation.score(), lastEvaluation.step());
    }
    if (images > 0) {
      addReward(rows, firstRollout);
      addReward(rows, lastRollout);
    }
    double sampled = take(more, "images", images);
    if (sampled > 0) {
      rows.put("images sampled", Human.count(Math.round(sampled)));
    }
    double updates = take(more, "optimizer_updates", 0);
    if (updates > 0) {
      rows.put("optimizer updates", Human.count(Math.round(updates)));
    }
    if (!checkpoint.isEmpty()) {
      rows.put("checkpoint", checkpoint);
    }
    more.forEach((key, value) -> rows.put(key, Human.number(value)));
    List<String> lines = new ArrayList<>();
    lines.add(
        "Run %s finished: %s steps in %s"
            .formatted(name, Human.count(end.step()), Human.duration(end.seconds())));
    int width = rows.keySet().stream().mapToInt(String::length).max().orElse(0);
    rows.forEach(
        (key, value) -> lines.add("  " + key + " ".repeat(width - key.length() + 2) + value));
    return lines;
  }

  private static double take(Map<String, Double> from, String key, double otherwise) {
    Double value = from.remove(key);
    return value == null ? otherwise : value;
  }

  private static void addReward(Map<String, String> rows, Event.RolloutFinished rollout) {
    rows.put("reward, step " + Human.count(rollout.step()), Human.number(rollout.rewardMean()));
  }

  private static void addEvaluation(
      Map<String, String> rows, String which, double score, long step) {
    rows.put("evaluation, " + which, Human.number(score) + "  (step " + Human.count(step) + ")");
  }
}
