package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.credit.RewardTable;
import dev.meander.event.Event.DistributionMeasured;
import dev.meander.layout.RolloutLayout;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;

/** All rewards, advantages and policy ratios of a rollout, for whoever draws their distribution. */
final class Distributions {
  private Distributions() {}

  /** The distribution of every image's score, by reward. */
  static DistributionMeasured rewards(long step, RewardTable rewards) {
    Map<String, float[]> scores = new LinkedHashMap<>();
    rewards.columns().forEach(column -> scores.put(column.name(), column.scores()));
    return new DistributionMeasured(step, "rewards", scores);
  }

  /** The distribution of every sample's advantage, by the sampler's step. */
  static DistributionMeasured advantages(long step, RolloutLayout layout, Advantages advantages) {
    return bySteps(
        step,
        "advantages",
        layout,
        j -> {
          float[] values = new float[layout.rows()];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) advantages.values()[i][j];
          }
          return values;
        });
  }

  /**
   * Of every pair in all updates on the rollout, by the sampler's step.
   *
   * @param ratios the ratios of the n steps
   */
  static DistributionMeasured ratios(long step, RolloutLayout layout, float[][] ratios) {
    return bySteps(step, "ratios", layout, j -> ratios[j]);
  }

  private static DistributionMeasured bySteps(
      long step, String of, RolloutLayout layout, IntFunction<float[]> values) {
    int[] steps = layout.steps();
    Map<String, float[]> named = new LinkedHashMap<>();
    for (int j = 0; j < steps.length; j++) {
      named.put(String.format(Locale.ROOT, "step_%02d", steps[j]), values.apply(j));
    }
    return new DistributionMeasured(step, of, named);
  }
}
