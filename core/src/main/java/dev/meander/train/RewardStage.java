package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.advantage.DecoupledSum;
import dev.meander.advantage.Gdpo;
import dev.meander.advantage.GroupAdvantage;
import dev.meander.advantage.RewardMix;
import dev.meander.advantage.WeightedSum;
import dev.meander.credit.BranchTrace;
import dev.meander.credit.Credit;
import dev.meander.credit.CreditRule;
import dev.meander.credit.RewardTrace;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.rollout.Finals;
import dev.meander.rollout.RolloutPlan;
import dev.meander.rollout.Trajectories;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * Images to advantages: every reward, its credit to the steps, and their combination within each
 * group.
 */
final class RewardStage implements AutoCloseable {
  private final TrainConfig config;
  private final List<Reward> rewards = new ArrayList<>();
  private final List<Reward> gold = new ArrayList<>(); // scored like the others, never trained on
  private final RewardMix mix;
  private final GroupAdvantage normalizer;
  private final List<ExecutorService> threads =
      new ArrayList<>(); // for each reward, gold ones behind

  RewardStage(TrainConfig config) {
    this.config = config;
    List<Double> weights = new ArrayList<>();
    for (TrainConfig.RewardTerm term : config.rewards()) {
      rewards.add(Rewards.create(term.name(), term.config()));
      weights.add(term.weight());
    }
    for (TrainConfig.GoldReward term : config.goldRewards()) {
      gold.add(Rewards.create(term.name(), term.config()));
    }
    all()
        .forEach(
            r ->
                threads.add(
                    Executors.newFixedThreadPool(r.concurrentCalls(), RewardStage::thread)));
    this.mix =
        switch (config.mix()) {
          case WEIGHTED_SUM -> new WeightedSum(weights);
          case DECOUPLED_SUM -> new DecoupledSum(weights);
          case GDPO -> new Gdpo(weights);
        };
    TrainConfig.Method method = config.method();
    int size = config.data().groupSize();
    int noises = method.plan().initialNoises(size);
    this.normalizer =
        new GroupAdvantage(
            method.grouping().size(noises, size / noises), method.std(), method.advantageClamp());
  }

  /**
   * The outcome of scoring a rollout.
   *
   * @param advantages of every sample at every trained step
   * @param scores of every finished image by each reward, in the order of the configuration
   * @param credits of each reward, in the same order
   * @param mean of the weighted reward
   * @param std of the weighted reward
   * @param means of each reward, by name
   */
  record Scored(
      Advantages advantages,
      List<float[]> scores,
      List<Credit> credits,
      double mean,
      double std,
      Map<String, Double> means) {}

  /** Starts scoring a rollout's images by every reward, then every gold reward. */
  Scoring scoring() {
    List<String> names = new ArrayList<>();
    config.rewards().forEach(term -> names.add(term.name()));
    config.goldRewards().forEach(term -> names.add(term.name()));
    return new Scoring(names, all(), threads);
  }

  private List<Reward> all() {
    return Stream.concat(rewards.stream(), gold.stream()).toList();
  }

  /**
   * Scores to credits and advantages.
   *
   * @param all scores of every finished image by each reward, in the order of the configuration;
   *     those of gold rewards, behind, do not enter
   * @param rollout 0 for the first of the run
   */
  Scored credit(Trajectories trajectories, List<float[]> all, long rollout) {
    double[] total = new double[trajectories.samples()];
    Map<String, Double> means = new LinkedHashMap<>();
    List<Credit> credits = new ArrayList<>();
    for (int r = 0; r < rewards.size(); r++) {
      float[] scores = all.get(r);
      double[] own = ofRows(trajectories.finals(), scores);
      for (int i = 0; i < own.length; i++) {
        total[i] += config.rewards().get(r).weight() * own[i];
      }
      means.put(name(r), Arrays.stream(own).average().orElseThrow());
      credits.add(credit(trajectories.finals(), scores, rollout));
    }
    Advantages advantages =
        mix.advantages(
            normalizer,
            config.method().grouping().ids(trajectories.groupIds(), trajectories.noiseIds()),
            credits.stream().map(Credit::stepRewards).toList());
    double mean = Arrays.stream(total).average().orElseThrow();
    double square = Arrays.stream(total).map(t -> t * t).average().orElseThrow();
    return new Scored(
        advantages, all, credits, mean, Math.sqrt(Math.max(0, square - mean * mean)), means);
  }

  /** The mean of each gold reward, by name; {@code all} as for {@link #credit}. */
  Map<String, Double> gold(Trajectories trajectories, List<float[]> all) {
    List<String> names = config.goldRewards().stream().map(TrainConfig.GoldReward::name).toList();
    Map<String, Double> means = new LinkedHashMap<>();
    for (int g = 0; g < names.size(); g++) {
      double[] rows = ofRows(trajectories.finals(), all.get(rewards.size() + g));
      means.put(name(names, g), Arrays.stream(rows).average().orElseThrow());
    }
    return means;
  }

  /** The weighted sum of all rewards of each sample. */
  double[] total(List<Reward.Sample> samples) {
    double[] total = new double[samples.size()];
    for (int r = 0; r < rewards.size(); r++) {
      float[] scores = rewards.get(r).score(samples);
      for (int i = 0; i < total.length; i++) {
        total[i] += config.rewards().get(r).weight() * scores[i];
      }
    }
    return total;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "meander-reward");
    thread.setDaemon(true);
    return thread;
  }

  /** The reward's name; with its place where two have the same. */
  private String name(int r) {
    return name(config.rewards().stream().map(TrainConfig.RewardTerm::name).toList(), r);
  }

  private static String name(List<String> names, int r) {
    boolean alone = names.stream().filter(names.get(r)::equals).count() == 1;
    return alone ? names.get(r) : names.get(r) + "_" + r;
  }

  /** The mean score of each row's finished images, without those of completions along a chain. */
  private double[] ofRows(Finals finals, float[] scores) {
    double[] rows = new double[finals.beforeSteps().length];
    boolean every = config.method().plan().finishesEverySuccessor();
    for (int i = 0; i < rows.length; i++) {
      rows[i] =
          every
              ? Arrays.stream(finals.afterStep()[i]).mapToDouble(f -> scores[f]).average().orElse(0)
              : scores[finals.last(i)];
    }
    return rows;
  }

  private Credit credit(Finals finals, float[] scores, long rollout) {
    CreditRule rule = config.method().credit();
    RolloutPlan plan = config.method().plan();
    int[][] after = finals.afterStep();
    int rows = after.length;
    int steps = after[0].length;
    if (!plan.finishesEverySuccessor() && !rule.needsCompletions()) {
      double[] last = new double[rows];
      Arrays.setAll(last, i -> scores[finals.last(i)]);
      return rule.assign(RewardTrace.ofFinal(steps, last), rollout);
    }
    double[][] each = new double[rows][steps];
    double[][] trunks = new double[rule.needsCompletions() ? rows : 0][steps + 1];
    boolean[] onTrunk = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      int trunk = i - i % plan.successors();
      onTrunk[i] = plan.stochasticTrunk() && i == trunk;
      for (int j = 0; j < steps; j++) {
        each[i][j] = scores[after[i][j]];
      }
      if (rule.needsCompletions()) {
        Arrays.fill(trunks[i], scores[finals.beforeSteps()[i]]);
        for (int j = 0; plan.stochasticTrunk() && j < steps; j++) {
          trunks[i][j + 1] = scores[after[trunk][j]];
        }
      }
    }
    return plan.finishesEverySuccessor()
        ? new BranchTrace(each, trunks, onTrunk).assign(rule, rollout)
        : rule.assign(new RewardTrace(steps, trunks), rollout);
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdownNow);
    rewards.forEach(Reward::close);
    gold.forEach(Reward::close);
  }
}
