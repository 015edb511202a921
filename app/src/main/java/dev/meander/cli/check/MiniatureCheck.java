package dev.meander.cli.check;

import dev.meander.event.Event;
import dev.meander.train.RunCost;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One rollout and update in miniature: its ratio, the rewards on the model's own pictures, and how
 * long the run will take at that pace.
 */
final class MiniatureCheck implements Check {
  /** Seconds that the pace of a whole group may take to measure. */
  private static final double PATIENCE = 20;

  @Override
  public String subject() {
    return "rollout";
  }

  @Override
  public List<Line> run(Rehearsal rehearsal) {
    TrainConfig config = rehearsal.config();
    RewardRole.distinct(config).forEach(scorer -> rehearsal.reward(scorer).get());
    Miniature small = Miniature.smallest(rehearsal);
    List<Line> lines = new ArrayList<>();
    lines.add(
        Line.ok(
            subject(),
            "in miniature: %d pictures of one prompt, one update on %d pairs of picture and step"
                .formatted(small.rollout().images(), small.update().samples())));
    lines.add(ratio(small.ratio()));
    small.rollout().rewards().forEach((name, mean) -> lines.add(own("reward " + name, mean)));
    small.images().gold().forEach((name, mean) -> lines.add(own("gold reward " + name, mean)));
    lines.add(own("judge " + config.evaluation().reward().name(), small.evaluation().score()));
    int evaluated =
        config.evaluation().imagesPerPrompt()
            * config.evaluation().chosen(rehearsal.prompts().get().heldOut()).size();
    lines.add(Line.ok("time", time(config, pace(rehearsal, small), evaluated)));
    return lines;
  }

  /** The first is not warm yet, and few pictures fill no batch. */
  private static Miniature pace(Rehearsal rehearsal, Miniature first) {
    Miniature pace = first.seconds() < PATIENCE ? Miniature.smallest(rehearsal) : first;
    double group =
        pace.seconds() * rehearsal.config().data().groupSize() / pace.config().data().groupSize();
    return group < PATIENCE ? Miniature.ofAGroup(rehearsal) : pace;
  }

  static Line ratio(Event.FirstRatioMeasured ratio) {
    String what =
        String.format(
            Locale.ROOT,
            "before the first update |ratio-1| is at most %.2g, the clip range %.2g",
            ratio.maxDeviation(),
            ratio.clipRange());
    return ratio.warning().isEmpty()
        ? Line.ok("ratio", what)
        : Line.warning(
            "ratio",
            what + ": " + ratio.warning(),
            "widen method.objective.clip_range, or compute in float32 (model.dtype)");
  }

  private static Line own(String subject, double mean) {
    return Line.ok(
        subject, "the model's own pictures score " + KnownPicturesCheck.number(mean) + " (mean)");
  }

  /** The run's seconds at the pace of the miniature. */
  private static String time(TrainConfig config, Miniature pace, int evaluated) {
    RunCost.Pace measured =
        new RunCost.Pace(
            pace.rollout().evaluations() / pace.rollout().seconds(),
            Math.max(1, pace.update().samples()) / pace.update().seconds(),
            Double.POSITIVE_INFINITY); // decoding is part of the rollout
    RunCost cost = RunCost.of(config, 0, measured);
    double evaluation =
        pace.evaluation().seconds()
            / pace.evaluation().n()
            / pace.config().evaluation().steps()
            * config.evaluation().steps()
            * evaluated;
    return String.format(
        Locale.ROOT,
        "about %s at the pace of %d pictures: %d rollouts of %.1f s with their updates, %d evaluations of %.1f s",
        duration(cost.seconds() + cost.evaluations() * evaluation),
        pace.rollout().images(),
        cost.rollouts(),
        cost.seconds() / cost.rollouts(),
        cost.evaluations(),
        evaluation);
  }

  static String duration(double seconds) {
    return seconds < 5400
        ? String.format(Locale.ROOT, "%.0f minutes", seconds / 60)
        : String.format(Locale.ROOT, "%.1f hours", seconds / 3600);
  }
}
