package dev.meander.internal.report;

import dev.meander.event.Event.EvaluationFinished;
import dev.meander.event.Event.PretrainProgress;
import dev.meander.event.Event.RolloutFinished;

/** The head of a report: what came out, in numbers. */
final class Overview {
  private final RunLog log;
  private final StringBuilder out = new StringBuilder();

  private Overview(RunLog log) {
    this.log = log;
  }

  /** Tiles with the numbers that matter most. */
  static String tiles(RunLog log) {
    Overview overview = new Overview(log);
    overview.out.append("<dl class=\"tiles\">");
    overview.evaluation();
    overview.reward();
    overview.progress();
    overview.pretraining();
    overview.cost();
    return overview.out.append("</dl>\n").toString();
  }

  private void evaluation() {
    if (log.evaluations.isEmpty() || log.bestEvaluation().isEmpty()) {
      return;
    }
    EvaluationFinished first = log.evaluations.get(0);
    EvaluationFinished last = log.evaluations.get(log.evaluations.size() - 1);
    EvaluationFinished best = log.bestEvaluation().get();
    String note =
        last == first
            ? "at step " + Html.count(last.step())
            : "from %s at step %s; best %s at step %s"
                .formatted(
                    Html.number(first.score()),
                    Html.count(first.step()),
                    Html.number(best.score()),
                    Html.count(best.step()));
    tile("Evaluation", Html.number(last.score()), note);
  }

  private void reward() {
    if (log.rollouts.isEmpty()) {
      return;
    }
    Line reward =
        Line.of(
            "reward",
            Line.Look.SMOOTHED,
            log.rollouts,
            RolloutFinished::step,
            RolloutFinished::rewardMean);
    double[] values = reward.smoothed(false).values();
    String note =
        "smoothed, from %s at step %s"
            .formatted(Html.number(values[0]), Html.count((long) reward.steps()[0]));
    tile("Reward", Html.number(values[values.length - 1]), values.length < 2 ? "" : note);
  }

  private void progress() {
    if (log.totalSteps > 0) {
      String share = Math.round(100.0 * log.step / log.totalSteps) + " %";
      tile(
          "Steps",
          Html.count(log.step) + "<small> / " + Html.count(log.totalSteps) + "</small>",
          log.finished ? "finished" : share + " done");
    }
  }

  private void pretraining() {
    log.stages.forEach(
        (stage, progress) -> {
          if (!progress.isEmpty()) {
            PretrainProgress last = progress.get(progress.size() - 1);
            String note =
                "step %s of %s".formatted(Html.count(last.step()), Html.count(last.total()));
            tile("Loss, " + stage, Html.number(last.loss()), note);
          }
        });
  }

  private void cost() {
    double busy = log.rollouts.stream().mapToDouble(RolloutFinished::seconds).sum();
    if (log.images() > 0) {
      String note = busy > 0 ? Html.at(log.images() / busy) + " a second in rollouts" : "";
      tile("Images sampled", Html.count(log.images()), note);
    }
    tile("Time", Html.duration(log.seconds()), "wall clock");
  }

  private void tile(String name, String value, String note) {
    out.append(
        "<div><dt>%s</dt><dd>%s</dd><dd class=\"note\">%s</dd></div>"
            .formatted(Html.escape(name), value, Html.escape(note)));
  }
}
