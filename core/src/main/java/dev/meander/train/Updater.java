package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.config.Extensions;
import dev.meander.config.UserError;
import dev.meander.distributed.Peers;
import dev.meander.event.Progress;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.GrpoLoss;
import dev.meander.loss.LossTerms;
import dev.meander.loss.StepBatch;
import dev.meander.optim.AdamW;
import dev.meander.optim.Ema;
import dev.meander.optim.GradClip;
import dev.meander.rollout.GroupConditioning;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepWeight;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.tensor.Workers;
import dev.meander.train.DealtTransitions.Transition;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongToDoubleFunction;
import java.util.stream.DoubleStream;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * The optimizer updates on one rollout: every trained step of every sample once an epoch, gradients
 * accumulated, each batch split among workers. The pairs that have a gradient are cut into parts of
 * their own, so that no process waits because much of what it sampled has none. Every part goes
 * through its own batches, and the gradients of the parts are added along a fixed tree: it does not
 * matter who computes a part.
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
  private final Workers workers;
  private final long[] latent;
  private Progress done = new Progress.Silent();

  /**
   * @param latent the shape of a latent, [C, H, W]
   */
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
      Peers peers,
      long[] latent) {
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
    this.workers = workers;
    this.latent = latent;
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
   * What one update trains on.
   *
   * @param pairs how many pairs the loss is the mean of
   * @param parts those of them that have a gradient, dealt out evenly
   */
  private record Share(long pairs, List<List<Pair>> parts) {}

  /**
   * The numbers of all updates on one rollout.
   *
   * @param terms the means over its updates; {@code ratioMaxDeviation} is the largest
   * @param firstRatioDeviation the largest {@code |ratio - 1|} before the first update: the noise
   *     floor
   * @param gradNorm the mean norm before clipping
   * @param learningRate the learning rate of the last update
   * @param updates the number of optimizer updates so far, over the whole run
   * @param pairs the pairs of sample and step that were trained on
   * @param ratios the policy ratios of them by the n steps
   */
  record Outcome(
      LossTerms terms,
      double firstRatioDeviation,
      double gradNorm,
      double learningRate,
      long updates,
      long pairs,
      float[][] ratios) {}

  /**
   * The numbers of some pairs whose loss was computed at once.
   *
   * @param steps the steps of each pair
   * @param ratios the ratios of each pair
   */
  private record Piece(LossTerms terms, int[] steps, float[] ratios) {
    int pairs() {
      return steps.length;
    }

    void write(DoubleStream.Builder out) {
      out.add(terms.policy()).add(terms.kl()).add(terms.total());
      out.add(terms.ratioMean()).add(terms.ratioMaxDeviation()).add(terms.clipFraction());
      out.add(pairs());
      for (int i = 0; i < pairs(); i++) {
        out.add(steps[i]).add(ratios[i]);
      }
    }

    static Piece read(DoubleBuffer in) {
      LossTerms terms = new LossTerms(in.get(), in.get(), in.get(), in.get(), in.get(), in.get());
      int pairs = (int) in.get();
      int[] steps = new int[pairs];
      float[] ratios = new float[pairs];
      for (int i = 0; i < pairs; i++) {
        steps[i] = (int) in.get();
        ratios[i] = (float) in.get();
      }
      return new Piece(terms, steps, ratios);
    }

    /** The ratios of all pieces, by step. */
    static float[][] ratios(List<Piece> pieces, int n) {
      List<FloatBuffer> byStep = new ArrayList<>();
      int all = pieces.stream().mapToInt(Piece::pairs).sum();
      for (int j = 0; j < n; j++) {
        byStep.add(FloatBuffer.allocate(all));
      }
      for (Piece piece : pieces) {
        for (int i = 0; i < piece.pairs(); i++) {
          byStep.get(piece.steps[i]).put(piece.ratios[i]);
        }
      }
      return byStep.stream()
          .map(buffer -> Arrays.copyOf(buffer.array(), buffer.position()))
          .toArray(float[][]::new);
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
   * @param updatesBefore the number of optimizer updates of the run so far
   * @param rate the learning rate of the update that so many others came before
   * @param progress what is shown the pairs of this process
   */
  Outcome update(
      SharedRollout rollout,
      GroupConditioning prompts,
      Advantages advantages,
      boolean[][] kept,
      long updatesBefore,
      LongToDoubleFunction rate,
      Progress.Source progress) {
    WeightedMeans means = new WeightedMeans();
    List<Piece> pieces = new ArrayList<>();
    double first = Double.NaN;
    double norm = 0;
    long updates = updatesBefore;
    double lastRate = 0;
    Trained trained =
        new Trained(rollout, prompts, advantages, kept, weights(rollout.layout().steps()));
    List<Share> shares = shares(trained);
    done = progress.start("updating", config.epochs() * own(rollout, shares), "pairs");
    for (int epoch = 0; epoch < config.epochs(); epoch++) {
      for (Share share : shares) {
        List<Piece> some = gradients(trained, share, "update " + (updates + 1));
        some.forEach(means::add);
        pieces.addAll(some);
        if (Double.isNaN(first)) {
          first = means.deviation;
        }
        norm += clip.clip(parameters);
        lastRate = rate.applyAsDouble(updates);
        adam.step(lastRate);
        adam.zeroGrad();
        ema.ifPresent(Ema::update);
        updates++;
      }
    }
    return new Outcome(
        means.terms(),
        first,
        norm / (updates - updatesBefore),
        lastRate,
        updates,
        means.count,
        Piece.ratios(pieces, trained.weights().length));
  }

  /** The pairs of an epoch that go through the network in this process. */
  private static long own(SharedRollout rollout, List<Share> shares) {
    int from = rollout.range().from();
    int to = rollout.range().to();
    return shares.stream()
        .flatMap(share -> share.parts().subList(from, to).stream())
        .mapToLong(List::size)
        .sum();
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
      List<Pair> pairs = new ArrayList<>();
      for (int row = s * size; row < (s + 1) * size; row++) {
        for (int step = 0; step < trained.weights().length; step++) {
          if (trained.kept()[row][step]) {
            pairs.add(new Pair(row, step));
          }
        }
      }
      int parts = trained.rollout().parts().size();
      shares.add(new Share(pairs.size(), Pair.parts(active(trained, pairs), parts)));
    }
    return shares;
  }

  /**
   * The pairs that have a gradient: every policy term is proportional to its advantage, so where
   * nothing else is in the loss those with advantage 0 need no pass. All when none has one.
   */
  private List<Pair> active(Trained trained, List<Pair> pairs) {
    if (loss.kl().needsReference()) {
      return pairs;
    }
    List<Pair> active =
        pairs.stream().filter(pair -> trained.advantage(pair.row(), pair.step()) != 0).toList();
    return active.isEmpty() ? pairs : active;
  }

  /**
   * Leaves the gradient of the loss of a share in the leaves, summed over the parts of all
   * processes.
   *
   * @return the numbers of its pieces, in the order of the parts
   */
  private List<Piece> gradients(Trained trained, Share share, String what) {
    SharedRollout rollout = trained.rollout();
    int parts = rollout.parts().size();
    try (Scope scope = new Scope()) {
      DealtTransitions transitions =
          DealtTransitions.of(peers, what, rollout, latent, loss, share.parts());
      if (peers.size() == 1 && parts == 1) {
        return backward(trained, share, 0, transitions);
      }
      try (PartGradients gradients = new PartGradients(sum, parts, rollout.range(), leaves)) {
        List<Piece> own = new ArrayList<>();
        for (int part = rollout.range().from(); part < rollout.range().to(); part++) {
          own.addAll(backward(trained, share, part, transitions));
          gradients.take(part);
        }
        boolean[] present = gradients.present();
        List<Piece> all = exchange(what, own, present);
        gradients.put(peers, "the gradients of " + what, present);
        return all;
      }
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

  /** Adds the gradient of one part of a share, in batches. */
  private List<Piece> backward(
      Trained trained, Share share, int part, DealtTransitions transitions) {
    List<Piece> pieces = new ArrayList<>();
    List<Pair> active = share.parts().get(part);
    for (int at = 0; at < active.size(); at += config.batchSize()) {
      List<Pair> pairs = active.subList(at, Math.min(at + config.batchSize(), active.size()));
      try (Scope scope = new Scope()) {
        Piece[] split = new Piece[workers.split(pairs.size()).size()];
        workers.backward(
            pairs.size(),
            leaves,
            own -> {
              List<Pair> some = pairs.subList(own.from(), own.from() + own.size());
              GrpoLoss.Value value = loss.loss(batch(trained, transitions, some));
              int[] steps = some.stream().mapToInt(Pair::step).toArray();
              split[own.index()] = new Piece(value.terms(), steps, value.ratios());
              return value.total().mul(new Scalar((double) own.size() / share.pairs()));
            });
        pieces.addAll(Arrays.asList(split));
        done.advance(pairs.size());
      }
    }
    return pieces;
  }

  private StepBatch batch(Trained trained, DealtTransitions transitions, List<Pair> pairs) {
    RolloutLayout layout = trained.rollout().layout();
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
    List<Transition> t = pairs.stream().map(transitions::of).toList();
    Tensor latent = stack(t, Transition::before);
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
        stack(t, Transition::after),
        stack(t, Transition::logProb),
        stackWhere(t, Transition::mean),
        times.sigma().sub(times.sigmaNext()),
        Tensors.of(advantage, n),
        Tensors.of(weight, n),
        stackWhere(t, Transition::referenceMean));
  }

  private static Tensor stack(List<Transition> transitions, Function<Transition, Tensor> of) {
    return Tensors.stack(transitions.stream().map(of).toList(), 0);
  }

  private static Optional<Tensor> stackWhere(
      List<Transition> transitions, Function<Transition, Optional<Tensor>> of) {
    return of.apply(transitions.get(0))
        .map(any -> stack(transitions, t -> of.apply(t).orElseThrow()));
  }
}
