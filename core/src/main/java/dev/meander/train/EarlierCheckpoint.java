package dev.meander.train;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Checkpoints that were written before they held the evaluations' scores and what the gold watch
 * has seen: both are found in the run's metrics.
 */
final class EarlierCheckpoint {
  private EarlierCheckpoint() {}

  /**
   * The whole state.
   *
   * @param saved what the checkpoint holds
   * @param metrics the metrics, cut to the length that they had when it was written; read only
   *     where the checkpoint says too little
   */
  static TrainState complete(TrainConfig config, ObjectNode saved, Path metrics) {
    TrainState state = TrainState.fromJson(saved);
    if (!TrainState.isWithoutPast(saved)) {
      return state;
    }
    GoldWatch watch = new GoldWatch(config.goldWatch());
    Map<Long, Double> rewards = new LinkedHashMap<>();
    for (Stamped stamped : MetricsFile.read(metrics)) {
      if (stamped.event() instanceof Event.EvaluationFinished evaluation) {
        state = state.withScore(evaluation.step(), evaluation.score(), 0);
      } else if (stamped.event() instanceof Event.RolloutFinished rollout) {
        rewards.put(rollout.step(), rollout.rewardMean());
      } else if (stamped.event() instanceof Event.ImagesMeasured images) {
        double reward = rewards.getOrDefault(images.step(), Double.NaN);
        state =
            state.withWatch(watch.add(state.watch(), images.step(), reward, images.gold()).state());
      }
    }
    return state;
  }
}
