package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.advantage.DecoupledSum;
import dev.meander.advantage.Gdpo;
import dev.meander.advantage.GroupAdvantage;
import dev.meander.advantage.RewardMix;
import dev.meander.advantage.WeightedSum;
import dev.meander.credit.RewardTrace;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.rollout.Trajectories;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Images to advantages: every reward, its credit to the steps, and their combination within each
 * group.
 */
final class RewardStage implements AutoCloseable {
  private final TrainConfig config;
  private final List<Reward> rewards = new ArrayList<>();
  private final RewardMix mix;
  private final GroupAdvantage normalizer;

  RewardStage(TrainConfig config) {
    this.config = config;
    List<Double> weights = new ArrayList<>();
    for (TrainConfig.RewardTerm term : config.rewards()) {
      rewards.add(Rewards.create(term.name(), term.config()));
      weights.add(term.weight());
    }
    this.mix =
        switch (config.mix()) {
          case WEIGHTED_SUM -> new WeightedSum(weights);
          case DECOUPLED_SUM -> new DecoupledSum(weights);
          case GDPO -> new Gdpo(weights);
        };
    this.normalizer =
        new GroupAdvantage(
            config.data().groupSize(), config.method().std(), config.method().advantageClamp());
  }

  /**
   * The outcome of scoring a rollout.
   *
   * @param advantages of every sample at every trained step
   * @param mean of the weighted reward
   * @param std of the weighted reward
   * @param means of each reward, by name
   */
  record Scored(Advantages advantages, double mean, double std, Map<String, Double> means) {}

  Scored score(Trajectories trajectories) {
    List<Reward.Sample> samples = samples(trajectories);
    int n = samples.size();
    double[] total = new double[n];
    Map<String, Double> means = new LinkedHashMap<>();
    List<double[][]> credits = new ArrayList<>();
    for (int r = 0; r < rewards.size(); r++) {
      float[] scores = rewards.get(r).score(samples);
      double[] wide = new double[n];
      double sum = 0;
      for (int i = 0; i < n; i++) {
        wide[i] = scores[i];
        sum += scores[i];
        total[i] += config.rewards().get(r).weight() * scores[i];
      }
      means.merge(config.rewards().get(r).name(), sum / n, (a, b) -> a);
      credits.add(
          config.method().credit().credit(RewardTrace.ofFinal(trajectories.window().size(), wide)));
    }
    Advantages advantages = mix.advantages(normalizer, trajectories.groupIds(), credits);
    double mean = 0;
    double square = 0;
    for (double t : total) {
      mean += t / n;
      square += t * t / n;
    }
    return new Scored(advantages, mean, Math.sqrt(Math.max(0, square - mean * mean)), means);
  }

  private static List<Reward.Sample> samples(Trajectories t) {
    List<Reward.Sample> samples = new ArrayList<>(t.samples());
    for (var group : t.groups()) {
      for (int i = 0; i < group.size(); i++) {
        samples.add(new Reward.Sample(group.prompt(), t.images().get(samples.size())));
      }
    }
    return samples;
  }

  @Override
  public void close() {
    rewards.forEach(Reward::close);
  }
}
