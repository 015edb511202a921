package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.advantage.GroupAdvantage;
import dev.meander.credit.Credit;
import dev.meander.credit.RewardTable;
import dev.meander.layout.RolloutLayout;
import dev.meander.reward.Reward;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Images to advantages: every reward, its credit to the steps, and their combination within each
 * group.
 */
final class RewardStage implements AutoCloseable {
  private final TrainConfig config;
  private final List<Reward> rewards = new ArrayList<>();
  private final List<Reward> gold = new ArrayList<>(); // scored like the others, never trained on
  private final GroupAdvantage normalizer;
  private final List<ExecutorService> threads =
      new ArrayList<>(); // for each reward, gold ones behind

  /**
   * Names the stage.
   *
   * @param set where rewards come from; closed by the caller
   */
  RewardStage(TrainConfig config, RewardSet set) {
    this.config = config;
    for (TrainConfig.RewardTerm term : config.rewards()) {
      rewards.add(set.get(term.name(), term.config()));
    }
    for (TrainConfig.GoldReward term : config.goldRewards()) {
      gold.add(set.get(term.name(), term.config()));
    }
    Map<Reward, ExecutorService> own = new IdentityHashMap<>(); // a reward may stand twice
    for (Reward reward : all()) {
      threads.add(
          own.computeIfAbsent(
              set.base(reward),
              r -> Executors.newFixedThreadPool(r.concurrentCalls(), RewardStage::thread)));
    }
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
   * @param table the scores of every image by each reward
   * @param credits the credits of each reward, in the same order
   * @param advantages the advantages of every sample at every trained step
   */
  record Scored(RewardTable table, List<Credit> credits, Advantages advantages) {}

  /**
   * Starts scoring a rollout's images by every reward, then every gold reward.
   *
   * @param images how many, numbered from 0
   * @param doing hears how far it is while it is waited for
   */
  Scoring scoring(int images, Consumer<String> doing) {
    List<String> names = new ArrayList<>();
    config.rewards().forEach(term -> names.add(term.name()));
    config.goldRewards().forEach(term -> names.add(term.name()));
    return new Scoring(names, all(), threads, images, doing);
  }

  private List<Reward> all() {
    return Stream.concat(rewards.stream(), gold.stream()).toList();
  }

  /**
   * The table of the rewards that are trained on.
   *
   * @param all scores of every image by each reward, those of gold rewards behind
   */
  RewardTable table(RolloutLayout layout, List<float[]> all) {
    return table(
        layout,
        config.rewards().stream().map(TrainConfig.RewardTerm::name).toList(),
        config.rewards().stream().map(TrainConfig.RewardTerm::weight).toList(),
        all.subList(0, rewards.size()));
  }

  /** The table of the gold rewards; {@code all} as for {@link #table}. */
  RewardTable gold(RolloutLayout layout, List<float[]> all) {
    List<String> names = config.goldRewards().stream().map(TrainConfig.GoldReward::name).toList();
    return table(
        layout,
        names,
        Collections.nCopies(names.size(), 0.0),
        all.subList(rewards.size(), all.size()));
  }

  private static RewardTable table(
      RolloutLayout layout, List<String> names, List<Double> weights, List<float[]> scores) {
    List<RewardTable.Column> columns = new ArrayList<>();
    for (int r = 0; r < names.size(); r++) {
      columns.add(new RewardTable.Column(name(names, r), weights.get(r), scores.get(r)));
    }
    return new RewardTable(layout, columns);
  }

  /**
   * Scores to credits and advantages.
   *
   * @param rollout 0 for the first of the run
   */
  Scored credit(RewardTable table, long rollout) {
    TrainConfig.Method method = config.method();
    RolloutLayout layout = table.layout();
    List<Credit> credits = new ArrayList<>();
    for (int r = 0; r < table.columns().size(); r++) {
      credits.add(table.credit(r, method.credit(), rollout));
    }
    Advantages advantages =
        config
            .mix()
            .advantages(
                normalizer,
                method.grouping().ids(layout.groupIds(), layout.noiseIds()),
                credits.stream().map(Credit::stepRewards).toList(),
                table.columns().stream().map(RewardTable.Column::weight).toList());
    return new Scored(table, credits, advantages);
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

  /** A reward's name; with its place where two have the same. */
  private static String name(List<String> names, int r) {
    boolean alone = names.stream().filter(names.get(r)::equals).count() == 1;
    return alone ? names.get(r) : names.get(r) + "_" + r;
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdownNow);
  }
}
