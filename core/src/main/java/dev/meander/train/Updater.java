package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.distributed.Peers;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.GrpoLoss;
import dev.meander.loss.LossTerms;
import dev.meander.loss.StepBatch;
import dev.meander.optim.AdamW;
import dev.meander.optim.Ema;
import dev.meander.optim.GradClip;
import dev.meander.optim.LearningRate;
import dev.meander.rollout.GroupConditioning;
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
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The optimizer updates on one rollout: every trained step of every sample once an epoch, gradients
 * accumulated, each batch split among workers. Every part of the rollout goes through its own
 * batches, and the gradients of the parts are added along a fixed tree, so that it does not matter
 * who computes a part.
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
  private final TrainConfig.Sum sum;
  private final Peers peers;
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
      Workers workers,
      TrainConfig.Sum sum,
      Peers peers) {
    this.velocity = velocity;
    this.dynamics = dynamics;
    this.schedule = schedule;
    this.weight = weight;
    this.loss = loss;
    this.config = config;
    this.parameters = parameters;
    this.leaves = List.copyOf(parameters.values());
    this.sum = sum;
    this.peers = peers;
    this.adam = adam;
    this.ema = ema;
    this.clip = config.clip();
    this.rate = config.learningRate();
    this.workers = workers;
  }

  /** What is trained on; weights are those of the n steps. */
  private record Trained(
      SharedRollout rollout,
      GroupConditioning prompts,
      Advantages advantages,
      boolean[][] kept,
      double[] weights) {
    double advantage(int row, int step) {
      return advantages.values()[row][step];
    }
  }

  /**
   * One sample at one of the rollout's stochastic steps.
   *
   * @param row the sample's row in the rollout
   * @param place its row in its part
   * @param step which of the steps
   */
  private record Pair(int row, int place, int step) {}

  /**
   * The groups of one update.
   *
   * @param from their first row in the rollout
   * @param to behind their last row
   * @param pairs the trained pairs of all their parts
   * @param silent whether all of these have the advantage 0
   */
  private record Share(int from, int to, long pairs, boolean silent) {}

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

  /** The numbers of some pairs whose loss was computed at once. */
  private record Piece(LossTerms terms, int pairs) {
    void write(DoubleStream.Builder out) {
      out.add(terms.policy()).add(terms.kl()).add(terms.total());
      out.add(terms.ratioMean()).add(terms.ratioMaxDeviation()).add(terms.clipFraction());
      out.add(pairs);
    }

    static Piece read(DoubleBuffer in) {
      LossTerms terms = new LossTerms(in.get(), in.get(), in.get(), in.get(), in.get(), in.get());
      return new Piece(terms, (int) in.get());
    }
  }

  /** Adds up the means of pieces, weighted by their size. */
  private static final class WeightedMeans {
    private double policy;
    private double kl;
    private double total;
    private double ratio;
    private double clipped;
    private double deviation;
    private long count;

    void add(Piece piece) {
      LossTerms terms = piece.terms();
      int n = piece.pairs();
      policy += terms.policy() * n;
      kl += terms.kl() * n;
      total += terms.total() * n;
      ratio += terms.ratioMean() * n;
      clipped += terms.clipFraction() * n;
      deviation = Math.max(deviation, terms.ratioMaxDeviation());
      count += n;
    }

    LossTerms terms() {
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
      SharedRollout rollout,
      GroupConditioning prompts,
      Advantages advantages,
      boolean[][] kept,
      long updatesBefore) {
    WeightedMeans means = new WeightedMeans();
    double first = Double.NaN;
    double norm = 0;
    long updates = updatesBefore;
    double lastRate = 0;
    Trained trained =
        new Trained(rollout, prompts, advantages, kept, weights(rollout.layout().steps()));
    List<Share> shares = shares(trained);
    for (int epoch = 0; epoch < config.epochs(); epoch++) {
      for (Share share : shares) {
        gradients(trained, share, "update " + (updates + 1)).forEach(means::add);
        if (Double.isNaN(first)) {
          first = means.deviation;
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
        means.terms(), first, norm / (updates - updatesBefore), lastRate, updates, means.count);
  }

  private double[] weights(int[] steps) {
    double[] weights = weight.weights(dynamics.noise(), schedule, steps);
    if (weights.length != steps.length) {
      throw new UserError(
          "the step weight %s must give %d weights, one for each trained step, not %d"
              .formatted(Extensions.named(weight.getClass()), steps.length, weights.length));
    }
    return weights;
  }

  /** Equal shares of whole groups. */
  private List<Share> shares(Trained trained) {
    int count = config.updatesPerRollout();
    int size = trained.rollout().layout().rows() / count;
    List<Share> shares = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      long pairs = 0;
      boolean silent = true;
      for (int row = s * size; row < (s + 1) * size; row++) {
        for (int step = 0; step < trained.weights().length; step++) {
          if (trained.kept()[row][step]) {
            pairs++;
            silent &= trained.advantage(row, step) == 0;
          }
        }
      }
      shares.add(new Share(s * size, (s + 1) * size, pairs, silent));
    }
    return shares;
  }

  /**
   * Leaves the gradient of the loss of a share in the leaves, summed over the parts of all
   * processes.
   *
   * @return the numbers of its pieces, in the order of the parts
   */
  private List<Piece> gradients(Trained trained, Share share, String what) {
    SharedRollout rollout = trained.rollout();
    if (peers.size() == 1 && rollout.parts().size() == 1) {
      return backward(trained, share, rollout.own().get(0));
    }
    try (Scope scope = new Scope();
        PartGradients gradients =
            new PartGradients(sum, rollout.parts().size(), rollout.range(), leaves)) {
      List<Piece> own = new ArrayList<>();
      for (int i = 0; i < rollout.own().size(); i++) {
        own.addAll(backward(trained, share, rollout.own().get(i)));
        gradients.take(rollout.range().from() + i);
      }
      boolean[] present = gradients.present();
      List<Piece> all = exchange(what, own, present);
      gradients.put(peers, "the gradients of " + what, present);
      return all;
    }
  }

  /** The pieces of all processes; {@code present} becomes true where it is on any of them. */
  private List<Piece> exchange(String what, List<Piece> own, boolean[] present) {
    DoubleStream.Builder out = DoubleStream.builder();
    for (boolean p : present) {
      out.add(p ? 1 : 0);
    }
    own.forEach(piece -> piece.write(out));
    List<Piece> all = new ArrayList<>();
    for (double[] theirs : peers.gather("the losses of " + what, out.build().toArray())) {
      DoubleBuffer in = DoubleBuffer.wrap(theirs);
      for (int i = 0; i < present.length; i++) {
        present[i] |= in.get() != 0;
      }
      while (in.hasRemaining()) {
        all.add(Piece.read(in));
      }
    }
    return all;
  }

  /** Adds the gradient of what lies in one part, in batches. */
  private List<Piece> backward(Trained trained, Share share, SampledPart part) {
    List<Piece> pieces = new ArrayList<>();
    List<Pair> active = active(trained, share, part.part());
    for (int at = 0; at < active.size(); at += config.batchSize()) {
      List<Pair> pairs = active.subList(at, Math.min(at + config.batchSize(), active.size()));
      try (Scope scope = new Scope()) {
        Piece[] split = new Piece[workers.split(pairs.size()).size()];
        workers.backward(
            pairs.size(),
            leaves,
            own -> {
              List<Pair> some = pairs.subList(own.from(), own.from() + own.size());
              GrpoLoss.Value value = loss.loss(batch(trained, part, some));
              split[own.index()] = new Piece(value.terms(), own.size());
              return value.total().mul(new Scalar((double) own.size() / share.pairs()));
            });
        pieces.addAll(Arrays.asList(split));
      }
    }
    return pieces;
  }

  /**
   * The pairs of a share in one part, step by step, that have a gradient: every policy term is
   * proportional to its advantage, so where nothing else is in the loss those with advantage 0 need
   * no pass. All of them when none of the share has one.
   */
  private List<Pair> active(Trained trained, Share share, LayoutPart part) {
    boolean all = share.silent() || loss.kl().needsReference();
    List<Pair> active = new ArrayList<>();
    for (int step = 0; step < trained.weights().length; step++) {
      for (int place = 0; place < part.rows().length; place++) {
        int row = part.rows()[place];
        if (share.from() <= row
            && row < share.to()
            && trained.kept()[row][step]
            && (all || trained.advantage(row, step) != 0)) {
          active.add(new Pair(row, place, step));
        }
      }
    }
    return active;
  }

  private StepBatch batch(Trained trained, SampledPart part, List<Pair> pairs) {
    RolloutLayout layout = trained.rollout().layout();
    Transitions t = part.result().transitions();
    int n = pairs.size();
    int[] steps = new int[n];
    int[] groups = new int[n];
    float[] advantage = new float[n];
    float[] weight = new float[n];
    for (int i = 0; i < n; i++) {
      Pair pair = pairs.get(i);
      steps[i] = layout.window().start() + pair.step();
      groups[i] = layout.trunk(pair.row()).group();
      advantage[i] = (float) trained.advantage(pair.row(), pair.step());
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

  /** The row of each pair in the tensor of its step. */
  private static Tensor gather(List<Tensor> bySteps, List<Pair> pairs) {
    List<Tensor> rows = new ArrayList<>(pairs.size());
    for (Pair pair : pairs) {
      rows.add(bySteps.get(pair.step()).select(0, pair.place()));
    }
    return Tensors.stack(rows, 0);
  }
}
