package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.GrpoLoss;
import dev.meander.loss.LossTerms;
import dev.meander.loss.StepBatch;
import dev.meander.optim.AdamW;
import dev.meander.optim.Ema;
import dev.meander.optim.GradClip;
import dev.meander.optim.LearningRate;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.Transitions;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepWeight;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The optimizer updates on one rollout: every trained step of every sample once an epoch, gradients
 * accumulated, each batch split among workers.
 */
final class Updater {
  private final GuidedVelocity velocity;
  private final StochasticDynamics dynamics;
  private final SigmaSchedule schedule;
  private final StepWeight weight;
  private final GrpoLoss loss;
  private final TrainConfig.Update config;
  private final Map<String, Tensor> parameters;
  private final List<Tensor> leaves;
  private final AdamW adam;
  private final Optional<Ema> ema;
  private final GradClip clip;
  private final LearningRate rate;
  private final Workers workers;

  Updater(
      GuidedVelocity velocity,
      StochasticDynamics dynamics,
      SigmaSchedule schedule,
      StepWeight weight,
      GrpoLoss loss,
      TrainConfig.Update config,
      Map<String, Tensor> parameters,
      AdamW adam,
      Optional<Ema> ema,
      Workers workers) {
    this.velocity = velocity;
    this.dynamics = dynamics;
    this.schedule = schedule;
    this.weight = weight;
    this.loss = loss;
    this.config = config;
    this.parameters = parameters;
    this.leaves = List.copyOf(parameters.values());
    this.adam = adam;
    this.ema = ema;
    this.clip = config.clip();
    this.rate = config.learningRate();
    this.workers = workers;
  }

  /** What is trained on; weights are those of the n steps. */
  private record Trained(
      Rollout.Result rollout, GroupConditioning prompts, Advantages advantages, double[] weights) {}

  /** One sample at one of the rollout's stochastic steps. */
  private record Pair(int sample, int step) {}

  /**
   * The numbers of all updates on one rollout.
   *
   * @param terms means over its updates; {@code ratioMaxDeviation} is the largest
   * @param firstRatioDeviation largest {@code |ratio - 1|} before the first update: the noise floor
   * @param gradNorm mean norm before clipping
   * @param learningRate the learning rate of the last update
   * @param updates optimizer updates so far, over the whole run
   * @param pairs the pairs of sample and step that were trained on
   */
  record Outcome(
      LossTerms terms,
      double firstRatioDeviation,
      double gradNorm,
      double learningRate,
      long updates,
      long pairs) {}

  /** Adds up batch means, weighted by batch size. */
  private static final class Sums {
    private double policy;
    private double kl;
    private double total;
    private double ratio;
    private double clipped;
    private double deviation;
    private long count;

    void add(LossTerms terms, int n) {
      policy += terms.policy() * n;
      kl += terms.kl() * n;
      total += terms.total() * n;
      ratio += terms.ratioMean() * n;
      clipped += terms.clipFraction() * n;
      deviation = Math.max(deviation, terms.ratioMaxDeviation());
      count += n;
    }

    LossTerms means() {
      return new LossTerms(
          policy / count, kl / count, total / count, ratio / count, deviation, clipped / count);
    }
  }

  /**
   * Trains on {@code rollout}.
   *
   * @param prompts the prompts that it was sampled with
   * @param kept which transitions are trained, [N][n]
   * @param updatesBefore optimizer updates of the run so far
   */
  Outcome update(
      Rollout.Result rollout,
      GroupConditioning prompts,
      Advantages advantages,
      boolean[][] kept,
      long updatesBefore) {
    Sums sums = new Sums();
    double first = Double.NaN;
    double norm = 0;
    long updates = updatesBefore;
    double lastRate = 0;
    List<List<Pair>> shares = shares(rollout.layout(), kept);
    int[] steps = rollout.layout().steps();
    double[] weights = weight.weights(dynamics.noise(), schedule, steps);
    if (weights.length != steps.length) {
      throw new UserError(
          "the step weight %s must give %d weights, one for each trained step, not %d"
              .formatted(Extensions.named(weight.getClass()), steps.length, weights.length));
    }
    for (int epoch = 0; epoch < config.epochs(); epoch++) {
      for (List<Pair> share : shares) {
        accumulate(new Trained(rollout, prompts, advantages, weights), share, sums);
        if (Double.isNaN(first)) {
          first = sums.deviation;
        }
        norm += clip.clip(parameters);
        lastRate = rate.at(updates);
        adam.step(lastRate);
        adam.zeroGrad();
        ema.ifPresent(Ema::update);
        updates++;
      }
    }
    return new Outcome(
        sums.means(), first, norm / (updates - updatesBefore), lastRate, updates, sums.count);
  }

  private void accumulate(Trained trained, List<Pair> share, Sums sums) {
    List<Pair> active = active(trained.advantages(), share);
    for (int at = 0; at < active.size(); at += config.batchSize()) {
      List<Pair> pairs = active.subList(at, Math.min(at + config.batchSize(), active.size()));
      try (Scope scope = new Scope()) {
        LossTerms[] terms = new LossTerms[workers.count()];
        workers.backward(
            pairs.size(),
            leaves,
            part -> {
              List<Pair> own = pairs.subList(part.from(), part.from() + part.size());
              GrpoLoss.Value value = loss.loss(batch(trained, own));
              terms[part.index()] = value.terms();
              return value.total().mul(new Scalar((double) own.size() / share.size()));
            });
        workers.split(pairs.size()).forEach(part -> sums.add(terms[part.index()], part.size()));
      }
    }
  }

  /**
   * The pairs that have a gradient: every policy term is proportional to its advantage, so where
   * nothing else is in the loss those with advantage 0 need no pass. All of them when none has one.
   */
  private List<Pair> active(Advantages advantages, List<Pair> share) {
    if (loss.kl().needsReference()) {
      return share;
    }
    List<Pair> active =
        share.stream()
            .filter(pair -> advantages.values()[pair.sample()][pair.step()] != 0)
            .toList();
    return active.isEmpty() ? share : active;
  }

  private StepBatch batch(Trained trained, List<Pair> pairs) {
    RolloutLayout layout = trained.rollout().layout();
    Transitions t = trained.rollout().transitions();
    int n = pairs.size();
    int[] steps = new int[n];
    int[] groups = new int[n];
    float[] advantage = new float[n];
    float[] weight = new float[n];
    for (int i = 0; i < n; i++) {
      Pair pair = pairs.get(i);
      steps[i] = layout.window().start() + pair.step();
      groups[i] = layout.trunk(pair.sample()).group();
      advantage[i] = (float) trained.advantages().values()[pair.sample()][pair.step()];
      weight[i] = (float) trained.weights()[pair.step()];
    }
    Tensor latent = gather(t.before(), pairs);
    StepTimes times = StepTimes.of(schedule, steps);
    Tensor v =
        velocity.velocity(
            latent,
            times.sigma(),
            trained.prompts().prompts(groups),
            trained.prompts().negative(n));
    StepDistribution current = dynamics.step(latent, times, v);
    return new StepBatch(
        steps,
        current,
        gather(t.after(), pairs),
        gather(t.logProbs(), pairs),
        t.means().map(means -> gather(means, pairs)),
        times.sigma().sub(times.sigmaNext()),
        Tensors.of(advantage, n),
        Tensors.of(weight, n),
        t.referenceMeans().map(means -> gather(means, pairs)));
  }

  /** Row {@code sample} of the tensor of {@code step}, for every pair. */
  private static Tensor gather(List<Tensor> bySteps, List<Pair> pairs) {
    List<Tensor> rows = new ArrayList<>(pairs.size());
    for (Pair pair : pairs) {
      rows.add(bySteps.get(pair.step()).select(0, pair.sample()));
    }
    return Tensors.stack(rows, 0);
  }

  /** Equal shares of whole groups; within a share, step by step. */
  private List<List<Pair>> shares(RolloutLayout layout, boolean[][] kept) {
    int shares = config.updatesPerRollout();
    int size = layout.rows() / shares;
    List<List<Pair>> all = new ArrayList<>();
    for (int s = 0; s < shares; s++) {
      List<Pair> share = new ArrayList<>();
      for (int step = 0; step < layout.columns(); step++) {
        for (int sample = s * size; sample < (s + 1) * size; sample++) {
          if (kept[sample][step]) {
            share.add(new Pair(sample, step));
          }
        }
      }
      all.add(share);
    }
    return all;
  }
}
