package dev.meander.internal.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.UserError;
import dev.meander.internal.runs.RunSnapshot;
import dev.meander.reward.EvaluationScores;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The held-out score and its parts over a training. An evaluation draws the same noise for the same
 * prompts as the one before, so that what has changed is known better than either score.
 */
final class HeldOut {
  private static final String SCORE = "evaluation_finished.score";
  private static final String TASK = "evaluation_finished.tasks.";
  private static final String IMAGES = "evaluation_finished.n";

  private final Path run;
  private final RunSnapshot snapshot;
  private final float[] steps;
  private final float[] scores;

  private HeldOut(Path run, RunSnapshot snapshot) {
    this.run = run;
    this.snapshot = snapshot;
    this.steps = column(SCORE, "rollouts");
    this.scores = column(SCORE, "y");
  }

  /**
   * For the page: {@code steps} of the first, the best and the last evaluation, {@code parts} with
   * their values there and the interval of their change, {@code changes} of the score at each.
   */
  static ObjectNode of(Path run, RunSnapshot snapshot) {
    return new HeldOut(run, snapshot).json();
  }

  private float[] column(String series, String column) {
    Map<String, float[]> curve = snapshot.curves().getOrDefault(series, Map.of());
    return curve.getOrDefault(column, new float[0]);
  }

  private ObjectNode json() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    ArrayNode places = node.putArray("steps");
    ArrayNode parts = node.putArray("parts");
    ArrayNode changes = node.putArray("changes");
    if (steps.length == 0) {
      return node;
    }
    int last = steps.length - 1;
    int best = IntStream.rangeClosed(0, last).reduce(0, (a, b) -> scores[b] > scores[a] ? b : a);
    List<Float> at = List.of(steps[0], steps[best], steps[last]);
    at.forEach(step -> places.add(step.longValue()));
    float[] images = column(IMAGES, "y");
    node.put("images", images.length == 0 ? 0 : (long) images[images.length - 1]);

    Optional<EvaluationScores> first = scores(steps[0]);
    Optional<EvaluationScores> now = scores(steps[last]);
    part(parts.addObject(), "score", SCORE, at)
        .set(
            "change",
            json(
                first.flatMap(f -> now.flatMap(n -> Interval.paired(n, f))).filter(i -> last > 0)));
    List<String> tasks =
        snapshot.curves().keySet().stream().filter(name -> name.startsWith(TASK)).toList();
    for (String task : tasks.size() > 1 ? tasks : List.<String>of()) {
      String name = task.substring(TASK.length());
      part(parts.addObject(), name, task, at)
          .set(
              "change",
              json(
                  first
                      .flatMap(f -> now.flatMap(n -> Interval.paired(n, f, name)))
                      .filter(i -> last > 0)));
    }
    for (int i = 0; i <= last && first.isPresent(); i++) {
      int here = i;
      scores(steps[i])
          .flatMap(s -> Interval.paired(s, first.get()))
          .ifPresent(
              change ->
                  changes
                      .addObject()
                      .put("step", (long) steps[here])
                      .put("value", scores[here] - scores[0])
                      .set("change", json(Optional.of(change))));
    }
    return node;
  }

  /** The run's values at the steps; null where it has none. */
  private ObjectNode part(ObjectNode node, String name, String series, List<Float> at) {
    float[] x = column(series, "rollouts");
    float[] y = column(series, "y");
    ArrayNode values = node.put("name", name).putArray("values");
    for (float step : at) {
      IntStream.range(0, x.length)
          .filter(i -> x[i] == step)
          .boxed()
          .findFirst()
          .ifPresentOrElse(i -> values.add(y[i]), values::addNull);
    }
    return node;
  }

  private static ObjectNode json(Optional<Interval> interval) {
    return interval.map(Interval::json).orElse(null);
  }

  /** The scores by prompt; empty for runs that kept none, or whose file cannot be read. */
  private Optional<EvaluationScores> scores(float step) {
    try {
      return EvaluationScores.read(run, (long) step);
    } catch (UserError e) {
      return Optional.empty();
    }
  }
}
