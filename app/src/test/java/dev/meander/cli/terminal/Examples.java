package dev.meander.cli.terminal;

import dev.meander.event.Event;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One event of every kind. */
final class Examples {
  private Examples() {}

  static Event.RunStarted run(long resumedAt) {
    return new Event.RunStarted("toy", 20, resumedAt);
  }

  static Event.RolloutFinished rollout(long step) {
    Map<String, Double> rewards = new LinkedHashMap<>();
    rewards.put("shape", 0.25 + step / 64.0);
    rewards.put("colour", 0.75);
    return new Event.RolloutFinished(
        step, 96, 0.5 + step / 64.0, 0.125, rewards, 0.0625, 10, 960, 1.5, 0.25);
  }

  static Event.UpdateFinished update(long step) {
    return new Event.UpdateFinished(
        step, -0.001, 0.25, 1.0000001, 2e-5, 0.125, 0.5, 3e-4, 384, 0.75);
  }

  static List<Event> all() {
    return List.of(
        run(0),
        rollout(1),
        new Event.ImagesMeasured(1, Map.of("aesthetic", 5.5), 0.125, 0.25, 0.5, 0.0625),
        new Event.RewardsDiverged(20, "aesthetic", 20, 0.25, -0.5),
        new Event.FirstRatioMeasured(1, 3e-7, 1e-4, ""),
        new Event.MemoryMeasured(1, 812.5, 900.25, 4096),
        update(1),
        new Event.EvaluationFinished(1, 0.375, Map.of("counting", 0.25), 500, 12.5),
        new Event.CheckpointSaved(1, "checkpoints/000001"),
        new Event.SamplesDrawn(
            1, "samples/000001.png", List.of(new Event.Tile("a \"red\" dog", 0.5, 8, 9, 64, 32))),
        new Event.Message(1, Event.Level.WARNING, "slow"),
        new Event.StageStarted("flow", 1000, 0),
        new Event.PretrainProgress("flow", 50, 1000, 0.8125, 1e-3, 391.0),
        new Event.StageFinished("flow", 1000, 0.5, 60.0),
        new Event.RunFinished(20, Map.of("best", 0.5), 100.0));
  }
}
