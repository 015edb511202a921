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
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;

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
    Set<String> tasks = new LinkedHashSet<>();
    log.evaluations.forEach(evaluation -> tasks.addAll(evaluation.tasks().keySet()));
    List<Line> lines = new ArrayList<>();
    for (String task : tasks) {
      lines.add(evaluation(log, task, e -> e.tasks().getOrDefault(task, Double.NaN)));
    }
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
    Set<String> names = new LinkedHashSet<>();
    log.rollouts.forEach(rollout -> names.addAll(rollout.rewards().keySet()));
    if (names.size() > 1) {
      List<Line> lines = new ArrayList<>();
      for (String name : names) {
        lines.add(rollout(name, r -> r.rewards().getOrDefault(name, Double.NaN)));
      }
      charts.add(Chart.linear("Single rewards", "Before they are weighted.", lines));
    }
  }

  /** Beside the trained reward, each on a scale of its own. */
  private void gold() {
    Set<String> names = new LinkedHashSet<>();
    log.images.forEach(images -> names.addAll(images.gold().keySet()));
    for (String name : names) {
      linear(
          "Gold reward: " + name,
          "On the same images, never trained on.",
          images(name, i -> i.gold().getOrDefault(name, Double.NaN)));
    }
  }

  private void look() {
    charts.add(
        Chart.linear(
            "Sharpness and edges",
            "Mean length of luma's gradient, and the share of pixels on an edge.",
            List.of(
                images("sharpness", ImagesMeasured::sharpness),
                images("edge density", ImagesMeasured::edgeDensity))));
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
            List.of(
                update("all updates", UpdateFinished::ratioMaxDeviation),
                Line.of(
                    "before the first",
                    Look.SMOOTHED,
                    log.firstRatios,
                    FirstRatioMeasured::step,
                    FirstRatioMeasured::maxDeviation)));
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
            List.of(update("gradient norm", UpdateFinished::gradNorm))));
    linear(
        "Groups without signal",
        "Share of groups whose images all have the same reward.",
        rollout("share", RolloutFinished::zeroStdRatio));
  }

  private void cost() {
    charts.add(
        Chart.linear(
            "Seconds a step",
            "Sampling and scoring, then the updates.",
            List.of(
                rollout("rollout", RolloutFinished::seconds),
                update("updates", UpdateFinished::seconds))));
  }

  private void pretraining() {
    log.stages.forEach(
        (stage, progress) -> {
          Line loss =
              Line.of(
                  "loss", Look.SMOOTHED, progress, PretrainProgress::step, PretrainProgress::loss);
          charts.add(
              Chart.logarithmic(
                  "Pretraining loss: " + stage, "Over optimizer updates.", List.of(loss)));
        });
  }

  private void linear(String title, String hint, Line line) {
    charts.add(Chart.linear(title, hint, List.of(line)));
  }

  private Line rollout(String name, ToDoubleFunction<RolloutFinished> value) {
    return Line.of(name, Look.SMOOTHED, log.rollouts, Event::step, value);
  }

  private Line images(String name, ToDoubleFunction<ImagesMeasured> value) {
    return Line.of(name, Look.SMOOTHED, log.images, Event::step, value);
  }

  private Line update(String name, ToDoubleFunction<UpdateFinished> value) {
    return Line.of(name, Look.SMOOTHED, log.updates, Event::step, value);
  }

  private static Line evaluation(
      RunLog log, String name, ToDoubleFunction<EvaluationFinished> value) {
    return Line.of(name, Look.DOTTED, log.evaluations, Event::step, value);
  }

  private static <E> E last(List<E> list) {
    return list.get(list.size() - 1);
  }
}
