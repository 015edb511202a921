package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.advantage.GroupAdvantage;
import dev.meander.config.Problems;
import dev.meander.credit.Credit;
import dev.meander.credit.RewardTable;
import dev.meander.image.Image;
import dev.meander.layout.RolloutLayout;
import dev.meander.reward.GroupReward;
import dev.meander.reward.Reward;
import dev.meander.reward.Samples;
import dev.meander.reward.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Images to advantages: every reward, its credit to the steps, and their combination within each
 * group.
 */
final class RewardStage implements AutoCloseable {
  private final TrainConfig config;
  private final List<Scorer> rewards = new ArrayList<>();
  private final List<Scorer> gold = new ArrayList<>(); // scored like the others, never trained on
  private final GroupAdvantage normalizer;
  private final List<ExecutorService> threads =
      new ArrayList<>(); // for each reward, gold ones behind

  /**
   * Names the stage.
   *
   * @param set where rewards come from; closed by the caller
   * @throws dev.meander.config.UserError when a reward compares images at a place where there is
   *     only one
   */
  RewardStage(TrainConfig config, RewardSet set) {
    this.config = config;
    for (TrainConfig.RewardTerm term : config.rewards()) {
      rewards.add(set.scorer(term.name(), term.config()));
    }
    for (TrainConfig.GoldReward term : config.goldRewards()) {
      gold.add(set.scorer(term.name(), term.config()));
    }
    Problems problems = new Problems();
    config
        .problemsOfGroups(
            name -> {
              int r = names().indexOf(name);
              return r >= 0 && all().get(r) instanceof GroupReward;
            })
        .forEach(problems::add);
    problems.throwIfAny(config.name());
    Map<Scorer, ExecutorService> own = new IdentityHashMap<>(); // a reward may stand twice
    for (Scorer reward : all()) {
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
   * Starts scoring images of a rollout by every reward, then every gold reward.
   *
   * @param layout the rollout's tree
   * @param own the images that are scored here, by the layout's numbers
   * @param doing hears how far it is while it is waited for
   */
  Scoring scoring(RolloutLayout layout, int[] own, Consumer<String> doing) {
    return new Scoring(names(), all(), threads, layout, own, doing);
  }

  private List<String> names() {
    return Stream.concat(
            config.rewards().stream().map(TrainConfig.RewardTerm::name),
            config.goldRewards().stream().map(TrainConfig.GoldReward::name))
        .toList();
  }

  private List<Scorer> all() {
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
    List<String> distinct = RewardTable.distinct(names);
    List<RewardTable.Column> columns = new ArrayList<>();
    for (int r = 0; r < names.size(); r++) {
      columns.add(new RewardTable.Column(distinct.get(r), weights.get(r), scores.get(r)));
    }
    return new RewardTable(layout, columns);
  }

  /**
   * Scores to credits and advantages.
   *
   * @param rollout the rollout's number, 0 for the first of the run
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

  /**
   * The weighted sum of all rewards of each image of a rollout.
   *
   * @param images all of them, by the layout's numbers
   */
  double[] total(RolloutLayout layout, List<Image> images) {
    List<Reward.Sample> samples =
        Samples.of(
            IntStream.range(0, images.size())
                .mapToObj(i -> layout.groupOfImage(i).prompt())
                .toList(),
            images);
    double[] total = new double[images.size()];
    for (int r = 0; r < rewards.size(); r++) {
      float[] scores = scores(rewards.get(r), layout, samples);
      for (int i = 0; i < total.length; i++) {
        total[i] += config.rewards().get(r).weight() * scores[i];
      }
    }
    return total;
  }

  private static float[] scores(Scorer scorer, RolloutLayout layout, List<Reward.Sample> samples) {
    if (scorer instanceof Reward reward) {
      return reward.score(samples);
    }
    float[] all = new float[samples.size()];
    for (int[] place : layout.places()) {
      float[] scores =
          ((GroupReward) scorer).score(Arrays.stream(place).mapToObj(samples::get).toList());
      for (int k = 0; k < place.length; k++) {
        all[place[k]] = scores[k];
      }
    }
    return all;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "meander-reward");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdownNow);
  }
}
