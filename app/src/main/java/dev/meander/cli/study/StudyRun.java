package dev.meander.cli.study;

import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.reward.EvaluationScores;
import dev.meander.train.Cost;
import dev.meander.train.RunDirectory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The course of one training.
 *
 * @param points its evaluations, the one before training first
 * @param rollouts what training saw
 * @param last its last evaluation with more images, where there is one
 * @param gold what gold rewards say of those images, by name
 */
public record StudyRun(
    long seed,
    List<Point> points,
    List<Seen> rollouts,
    Optional<LastScores> last,
    Map<String, LastScores> gold) {
  /** Rollouts that a running mean is over. */
  private static final int WINDOW = 5;

  /** An evaluation, and what was spent before it. */
  record Point(Cost cost, EvaluationScores scores) {}

  /**
   * A rollout.
   *
   * @param reward the mean of the trained reward
   * @param gold the mean of each gold reward
   * @param diversity the mean distance of two images of one group
   */
  record Seen(Cost cost, double reward, Map<String, Double> gold, double diversity) {}

  /**
   * Reads a finished run; without points where it kept no scores by prompt.
   *
   * @param lastImages images of a prompt in its last evaluation; 0 for none
   */
  public static StudyRun read(long seed, RunDirectory run, int lastImages) {
    Map<Long, Point> points = new TreeMap<>();
    List<Seen> rollouts = new ArrayList<>();
    Cost cost = Cost.NONE;
    Event.RolloutFinished rollout = null;
    Event.ImagesMeasured images = null;
    for (Stamped stamped : MetricsFile.read(run.metrics())) {
      Event event = stamped.event();
      if (event instanceof Event.RolloutFinished e) {
        rollout = e;
      } else if (event instanceof Event.ImagesMeasured e) {
        images = e;
      } else if (event instanceof Event.UpdateFinished e) {
        cost = cost.plus(rollout, e);
        rollouts.add(new Seen(cost, rollout.rewardMean(), images.gold(), images.diversity()));
      } else if (event instanceof Event.EvaluationFinished e) {
        Cost spent = cost;
        EvaluationScores.read(run.root(), e.step())
            .ifPresent(scores -> points.put(e.step(), new Point(spent, scores)));
      }
    }
    Map<String, LastScores> gold = new TreeMap<>();
    if (lastImages > 0 && images != null) {
      for (String name : images.gold().keySet()) {
        LastScores.read(run, lastImages, Optional.of(name)).ifPresent(s -> gold.put(name, s));
      }
    }
    return new StudyRun(
        seed,
        List.copyOf(points.values()),
        smoothed(rollouts),
        lastImages == 0 ? Optional.empty() : LastScores.read(run, lastImages, Optional.empty()),
        gold);
  }

  StudyRun withoutLast() {
    return new StudyRun(seed, points, rollouts, Optional.empty(), Map.of());
  }

  /** What an evaluation along the way scored, and the untrained model from the same noise. */
  LastScores scores(int at) {
    return new LastScores(points.get(0).scores(), points.get(at).scores());
  }

  Point lastPoint() {
    return points.get(points.size() - 1);
  }

  /** The scores at the end. */
  LastScores end() {
    return last.orElseGet(() -> scores(points.size() - 1));
  }

  /** Means over the last rollouts up to each: single ones are noisy. */
  private static List<Seen> smoothed(List<Seen> all) {
    List<Seen> means = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      List<Seen> last = all.subList(Math.max(0, i + 1 - WINDOW), i + 1);
      Map<String, Double> gold = new TreeMap<>();
      for (String name : all.get(i).gold().keySet()) {
        gold.put(name, last.stream().mapToDouble(s -> s.gold().get(name)).average().orElseThrow());
      }
      means.add(
          new Seen(
              all.get(i).cost(),
              last.stream().mapToDouble(Seen::reward).average().orElseThrow(),
              gold,
              last.stream().mapToDouble(Seen::diversity).average().orElseThrow()));
    }
    return means;
  }

  /** Means over the first rollouts. */
  Seen first() {
    return rollouts.get(Math.min(WINDOW, rollouts.size()) - 1);
  }

  /** Where the trained reward first reached a level. */
  Seen at(double reward) {
    return rollouts.stream().filter(s -> s.reward() >= reward).findFirst().orElseThrow();
  }

  double highestReward() {
    return rollouts.stream().mapToDouble(Seen::reward).max().orElseThrow();
  }
}
