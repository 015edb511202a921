package dev.meander.internal.report;

import dev.meander.event.Event;
import dev.meander.event.Event.EvaluationFinished;
import dev.meander.event.Event.FirstRatioMeasured;
import dev.meander.event.Event.ImagesMeasured;
import dev.meander.event.Event.PretrainProgress;
import dev.meander.event.Event.RolloutFinished;
import dev.meander.event.Event.UpdateFinished;
import dev.meander.internal.report.Line.Look;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** The charts of a run, the most telling first. */
final class Charts {
  private final RunLog log;
  private final List<Chart> charts = new ArrayList<>();

  private Charts(RunLog log) {
    this.log = log;
  }

  /** What the run is for: reward and score. */
  static List<Chart> results(RunLog log) {
    Charts charts = new Charts(log);
    charts.reward();
    charts.pretraining();
    return charts.charts;
  }

  /** Whether the training is sound, and what it costs. */
  static List<Chart> health(RunLog log) {
    Charts charts = new Charts(log);
    charts.guards();
    charts.look();
    charts.cost();
    return charts.charts;
  }

  /** The parts of the evaluation score. */
  static Chart parts(RunLog log) {
    Line[] lines =
        names(log.evaluations, EvaluationFinished::tasks)
            .map(task -> evaluation(log, task, e -> e.tasks().getOrDefault(task, Double.NaN)))
            .toArray(Line[]::new);
    return Chart.linear("Score by part", "On the same prompts.", lines);
  }

  private void reward() {
    linear(
        "Reward",
        "Mean over the images of each step; bold: smoothed.",
        rollout("reward", RolloutFinished::rewardMean));
    gold();
    linear(
        "Evaluation score",
        "On held-out prompts; step 0 is the model before training.",
        evaluation(log, "score", EvaluationFinished::score));
    Line[] rewards =
        names(log.rollouts, RolloutFinished::rewards)
            .map(name -> rollout(name, r -> r.rewards().getOrDefault(name, Double.NaN)))
            .toArray(Line[]::new);
    if (rewards.length > 1) {
      linear("Single rewards", "Before they are weighted.", rewards);
    }
  }

  /** Beside the trained reward, each on a scale of its own. */
  private void gold() {
    names(log.images, ImagesMeasured::gold)
        .forEach(
            name ->
                linear(
                    "Gold reward: " + name,
                    "On the same images, never trained on.",
                    images(name, i -> i.gold().getOrDefault(name, Double.NaN))));
  }

  private void look() {
    linear(
        "Sharpness and edges",
        "Mean length of luma's gradient, and the share of pixels on an edge.",
        images("sharpness", ImagesMeasured::sharpness),
        images("edge density", ImagesMeasured::edgeDensity));
    linear("Saturation", "Mean over all pixels.", images("saturation", ImagesMeasured::saturation));
    linear(
        "Diversity",
        "Mean distance of two images of one prompt; 0 when all are equal.",
        images("diversity", ImagesMeasured::diversity));
  }

  private void guards() {
    linear(
        "KL to the reference",
        "How far the policy has moved; before its weight.",
        update("kl", UpdateFinished::kl));
    Chart ratio =
        Chart.logarithmic(
            "Policy ratio",
            "Largest |ratio \u2212 1|. Before the first update on a rollout it is arithmetic noise.",
            update("all updates", UpdateFinished::ratioMaxDeviation),
            line("before the first", log.firstRatios, FirstRatioMeasured::maxDeviation));
    double clip = log.firstRatios.isEmpty() ? 0 : last(log.firstRatios).clipRange();
    charts.add(clip > 0 ? ratio.with(new Chart.Reference("clip range", clip)) : ratio);
    linear(
        "Clipped",
        "Share of image and sampler step pairs at which the clip acted.",
        update("clip fraction", UpdateFinished::clipFraction));
    charts.add(
        Chart.logarithmic(
            "Gradient norm",
            "Before clipping.",
            update("gradient norm", UpdateFinished::gradNorm)));
    linear(
        "Groups without signal",
        "Share of groups whose images all have the same reward.",
        rollout("share", RolloutFinished::zeroStdRatio));
  }

  private void cost() {
    linear(
        "Seconds a step",
        "Sampling and scoring, then the updates.",
        rollout("rollout", RolloutFinished::seconds),
        update("updates", UpdateFinished::seconds));
  }

  private void pretraining() {
    log.stages.forEach(
        (stage, progress) ->
            charts.add(
                Chart.logarithmic(
                    "Pretraining loss: " + stage,
                    "Over optimizer updates.",
                    line("loss", progress, PretrainProgress::loss))));
  }

  private void linear(String title, String hint, Line... lines) {
    charts.add(Chart.linear(title, hint, lines));
  }

  /** The keys of all events' maps, in the order in which they come. */
  private static <E> Stream<String> names(List<E> events, Function<E, Map<String, ?>> map) {
    return events.stream().flatMap(e -> map.apply(e).keySet().stream()).distinct();
  }

  private static <E extends Event> Line line(
      String name, List<E> events, ToDoubleFunction<E> value) {
    return Line.of(name, Look.SMOOTHED, events, Event::step, value);
  }

  private Line rollout(String name, ToDoubleFunction<RolloutFinished> value) {
    return line(name, log.rollouts, value);
  }

  private Line images(String name, ToDoubleFunction<ImagesMeasured> value) {
    return line(name, log.images, value);
  }

  private Line update(String name, ToDoubleFunction<UpdateFinished> value) {
    return line(name, log.updates, value);
  }

  private static Line evaluation(
      RunLog log, String name, ToDoubleFunction<EvaluationFinished> value) {
    return Line.of(name, Look.DOTTED, log.evaluations, Event::step, value);
  }

  private static <E> E last(List<E> list) {
    return list.get(list.size() - 1);
  }
}
