package dev.meander.train;

import dev.meander.advantage.Advantages;
import dev.meander.config.UserError;
import dev.meander.credit.RewardTable;
import dev.meander.distributed.PeerFailed;
import dev.meander.distributed.PeerLost;
import dev.meander.distributed.Peers;
import dev.meander.distributed.Status;
import dev.meander.event.Event;
import dev.meander.event.EventBus;
import dev.meander.event.ProcessMemory;
import dev.meander.event.Progress;
import dev.meander.image.Image;
import dev.meander.image.PixelsAreNotFinite;
import dev.meander.internal.checkpoint.Checkpoint;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.LossIsNotFinite;
import dev.meander.loss.LossTerms;
import dev.meander.optim.Ema;
import dev.meander.optim.GradientIsNotFinite;
import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.RewardFailed;
import dev.meander.rollout.FinishedImage;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.RolloutListener;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The training loop: rollout, rewards, credit, advantages, updates, events, checkpoint; and again.
 *
 * <p>Everything random is a function of the seed and of counters, so a run that was killed
 * continues from its last checkpoint to the same weights and metrics as one that was not, with the
 * same number of threads.
 */
public final class Trainer {
  private static final int COMPARED_EVERY = 10;
  private static final String OPTIMIZER = "optimizer";

  private final TrainConfig config;
  private final TrainingComponents components;
  private final RunOutput output;
  private final EventBus events;
  private final StepProgress progress;
  private final BaseEvaluation base;
  private final Peers peers;
  private StopSignal stop = new StopSignal();
  private long saved = System.nanoTime();
  private boolean fresh = true;
  private TrainState state; // after the last whole rollout
  private boolean updating; // the weights are not those of the state

  /**
   * Names a run; nothing is done yet.
   *
   * @param components what the loop goes through
   * @param base where the evaluation before training is looked up and left
   */
  public Trainer(
      TrainConfig config,
      TrainingComponents components,
      RunOutput output,
      EventBus events,
      BaseEvaluation base) {
    this.config = config;
    this.components = components;
    this.output = output;
    this.events = events;
    this.progress = new StepProgress(events, () -> state.rollouts() + 1);
    this.base = base;
    this.peers = components.peers();
    this.state = TrainState.start(config.seed());
  }

  /** What a finished run can show for itself; NaN where it was not measured by this process. */
  public record Summary(
      double scoreBefore, double scoreAfter, double seconds, long images, long updates) {}

  /** Names who may ask this run to stop; before {@link #run}. */
  void stopOn(StopSignal signal) {
    stop = signal;
  }

  /**
   * Trains to the last rollout, evaluates and saves the weights.
   *
   * @throws RunInterrupted when it was asked to stop, and has kept what it had
   */
  public Summary run() {
    long expected =
        config.budget().isPresent()
            ? RunCost.of(config, 0, RunCost.Pace.UNKNOWN).rollouts()
            : config.rollouts();
    events.publish(new Event.RunStarted(config.name(), expected, state.rollouts()));
    stop.heard(true);
    try {
      return train();
    } catch (PeerLost e) {
      throw lost(e);
    } catch (PeerFailed e) {
      throw stopped(e.status(), e);
    } catch (RuntimeException e) {
      throw stopped(peers.agree("rollout " + (state.rollouts() + 1), status(e)), e);
    } finally {
      stop.heard(false);
    }
  }

  private Summary train() {
    if (peers.size() > 1) {
      share();
    }
    if (fresh) {
      config.differences().forEach(events::publish);
      evaluate(0);
      save();
    } else if (isEvaluationDue()) {
      evaluate(state.rollouts()); // No scorer was available for this evaluation.
    }
    GroupSampler groups =
        new GroupSampler(components.prompts(), config.data().groupSize(), state.position());
    while (!isOver()) {
      stop.check();
      try (Scope scope = new Scope()) {
        step(groups);
      }
      if (peers.size() > 1 && state.rollouts() % COMPARED_EVERY == 0) {
        peers.requireSame("the weights after rollout " + state.rollouts(), weights());
      }
      if (isEvaluationDue()) {
        evaluate(state.rollouts());
      }
      if (!isOver() && (state.rollouts() % config.checkpoints().every() == 0 || isDue())) {
        save();
      }
    }
    return finish();
  }

  /** Whether the last checkpoint is older than the recipe allows. */
  private boolean isDue() {
    double minutes = config.checkpoints().minutes();
    return minutes > 0 && System.nanoTime() - saved >= minutes * 60e9;
  }

  /** Whether all rollouts are done, or the budget is spent. */
  private boolean isOver() {
    return config
        .budget()
        .map(budget -> sharesSpent() == budget.shares())
        .orElse(state.rollouts() == config.rollouts());
  }

  /** The shares of the budget that are spent; 0 without one. */
  private int sharesSpent() {
    return config
        .budget()
        .map(budget -> budget.sharesSpent(state.rollouts(), state.cost()))
        .orElse(0);
  }

  /** Whether the model has still to be evaluated between this rollout and the next. */
  private boolean isEvaluationDue() {
    int every = config.evaluation().every();
    boolean due =
        config.budget().isPresent()
            ? sharesSpent() > state.shares()
            : every > 0 && state.rollouts() % every == 0;
    return due && state.rollouts() > 0 && !isOver() && Double.isNaN(state.score(state.rollouts()));
  }

  /** One rollout and its updates. */
  private void step(GroupSampler sampler) {
    long step = state.rollouts() + 1;
    long started = System.nanoTime();
    Peers.Spent before = peers.spent();
    List<PromptGroup> groups = sampler.next(config.data().promptsPerRollout());
    TrainConfig.Method method = config.method();
    int steps = config.sampling().steps();
    StepRange window =
        method.window().window(steps, config.seed(), state.rollouts()).requireTrainable(steps);
    Rollout.Extras extras =
        new Rollout.Extras(
            method.objective().needsOldMean(),
            method.kl().needsReference() ? Optional.of(components.weights()) : Optional.empty());
    RolloutLayout layout = method.plan().layout(groups, window, method.credit().needsCompletions());
    GroupConditioning prompts = GroupConditioning.encode(components.encoder(), groups);
    SharedRollout shared = shared(layout);
    Scoring scoring = components.rewards().scoring(layout, shared.ownImages(), peers::doing);
    RolloutListener listener = listener(scoring, shared.ownImages().length);
    peers.doing("sampling rollout " + step);
    SharedRollout rollout =
        components
            .weights()
            .sampling(() -> shared.sample(components.rollout(), prompts, extras, listener));
    scoring.scoreCut(peers, step, rollout);
    RolloutReport report = RolloutReport.exchange(peers, step, rollout, scoring.scores());
    RewardTable rewards = components.rewards().table(layout, report.scores());
    RewardStage.Scored scored = components.rewards().credit(rewards, state.rollouts());
    events.publish(
        new Event.RolloutFinished(
            step,
            layout.images(),
            rewards.mean(),
            rewards.std(),
            rewards.means(),
            scored.advantages().zeroStdRatio(),
            report.cost().passes(),
            report.cost().evaluations(),
            (System.nanoTime() - started) / 1e9,
            scoring.waited()));
    events.publish(Distributions.rewards(step, rewards));
    events.publish(Distributions.advantages(step, layout, scored.advantages()));
    NoSignal.of(rewards, scored.advantages().zeroStdRatio(), state.rollouts())
        .ifPresent(w -> events.publish(new Event.Message(step, Event.Level.WARNING, w)));
    Health health = state.health().afterRollout(scored.advantages().zeroStdRatio());
    health.lost(step, rewards).ifPresent(events::publish);
    if (state.rollouts() == 0 && method.credit().needsManyValues()) {
      warnOfTwoValues(step, rewards);
    }
    Map<String, Double> gold = components.rewards().gold(layout, report.scores()).means();
    events.publish(report.last().measure(step, gold));
    GoldWatch.Seen seen = components.watch().add(state.watch(), step, rewards.mean(), gold);
    seen.found().forEach(events::publish);
    boolean[][] trained =
        method
            .selection()
            .keep(
                method.grouping().ids(layout.groupIds(), layout.noiseIds()),
                scored.advantages(),
                layout.branches(),
                config.seed(),
                state.rollouts());
    output.trace(step, pictures(step, rollout, scored.advantages()), scored, trained);
    updating = true;
    Updater.Outcome outcome = update(step, rollout, prompts, scored.advantages(), trained);
    health = health.afterUpdate(outcome.terms(), method.objective().clipRange());
    health
        .drifted(state.health(), step, outcome.terms(), method.objective().clipRange())
        .ifPresent(events::publish);
    events.publish(ProcessMemory.measure(step, Engine.deviceMebibytes().orElse(Double.NaN)));
    double seconds = agreed((System.nanoTime() - started) / 1e9);
    long evaluations = report.cost().evaluations() + Cost.PAIR * outcome.pairs();
    state =
        state
            .withWatch(seen.state())
            .withHealth(health)
            .withUpdates(outcome.updates())
            .withRollout(sampler.position(), seconds, layout.images(), evaluations);
    updating = false;
    if (peers.size() > 1) {
      tellExchanges(step, peers.spent().since(before));
    }
  }

  /** The first process's seconds, where a budget in seconds must end in all of them at once. */
  private double agreed(double seconds) {
    return peers.size() > 1 && config.budget().isPresent()
        ? peers.gather("the seconds of a rollout", new double[] {seconds})[0][0]
        : seconds;
  }

  /** Means over the processes: who is behind waits for nobody, and the others for it. */
  private void tellExchanges(long step, Peers.Spent own) {
    double[][] all =
        peers.gather(
            "what the exchanges of rollout " + step + " took",
            new double[] {own.waiting(), own.summing(), own.others()});
    double[] means =
        IntStream.range(0, all[0].length)
            .mapToDouble(i -> Arrays.stream(all).mapToDouble(a -> a[i]).average().orElseThrow())
            .toArray();
    events.publish(new Event.ExchangesMeasured(step, means[0], means[1], means[2]));
  }

  /**
   * Has images scored as they come, tells how far the rollout is, and gives it up when asked to.
   */
  private RolloutListener listener(Scoring scoring, int images) {
    Progress sampled = progress.start("sampling", images, "images");
    boolean one = scoring.size() == images;
    Progress scored = progress.start("scoring", scoring.size(), one ? "images" : "scores");
    scoring.tell(scored::advance);
    return new RolloutListener() {
      @Override
      public void finished(List<FinishedImage> finished) {
        scoring.accept(finished);
        sampled.advance(finished.size());
      }

      @Override
      public void passed() {
        stop.check();
      }
    };
  }

  private SharedRollout shared(RolloutLayout layout) {
    int count = config.distributed().parts(peers.size());
    return SharedRollout.of(
        layout, layout.parts(count, config.update().updatesPerRollout()), peers.parts(count));
  }

  /** The images of the rollout's sheet, whoever has them. */
  private Map<Integer, Image> pictures(long step, SharedRollout rollout, Advantages advantages) {
    List<Integer> drawn = TraceWriter.drawn(config.insight(), step, rollout.layout(), advantages);
    if (drawn.isEmpty()) {
      return Map.of();
    }
    Map<Integer, Image> own = rollout.images();
    own.keySet().retainAll(drawn);
    own.replaceAll((i, image) -> TraceWriter.small(image));
    return Pictures.gather(peers, "the images of rollout " + step, own);
  }

  private void warnOfTwoValues(long step, RewardTable rewards) {
    for (RewardTable.Column reward : rewards.columns()) {
      float[] scores = reward.scores();
      long values =
          IntStream.range(0, scores.length).mapToObj(i -> scores[i]).distinct().limit(3).count();
      if (values <= 2) {
        String text =
            "the reward %s took no more than two values in the first rollout: with binary rewards, turning-point credit equals incremental credit"
                .formatted(reward.name());
        events.publish(new Event.Message(step, Event.Level.WARNING, text));
      }
    }
  }

  private static Status status(RuntimeException e) {
    if (e instanceof RewardFailed) {
      return new Status(Status.Kind.REWARD_FAILED, e.getMessage());
    }
    if (e instanceof RunInterrupted) {
      return new Status(Status.Kind.STOP, e.getMessage());
    }
    return e instanceof LossIsNotFinite
            || e instanceof GradientIsNotFinite
            || e instanceof PixelsAreNotFinite
        ? new Status(Status.Kind.NOT_FINITE, e.getMessage())
        : Status.failed(e);
  }

  /**
   * What ends every process in the same way.
   *
   * @param cause what went wrong in this process
   */
  private RuntimeException stopped(Status all, RuntimeException cause) {
    return switch (all.kind()) {
      case REWARD_FAILED -> rewardFailed(all.message());
      case NOT_FINITE -> notFinite(all.message(), cause);
      case STOP -> interrupted();
      default -> failed(cause instanceof PeerFailed ? new UserError(all.message(), cause) : cause);
    };
  }

  /** Tells everybody how the run ended. */
  private void ended(Event.Ending how, String why) {
    if (how != Event.Ending.INTERRUPTED) {
      events.publish(new Event.Message(state.rollouts(), Event.Level.ERROR, why));
    }
    events.publish(new Event.RunStopped(state.rollouts(), how, why));
  }

  private RuntimeException failed(RuntimeException cause) {
    try {
      ended(Event.Ending.FAILED, String.valueOf(cause.getMessage()));
    } catch (RuntimeException e) {
      cause.addSuppressed(e); // the disk may be full: what ended the run is what counts
    }
    return cause;
  }

  /** What was being sampled is given up: it is sampled again to the same bits. */
  private RunInterrupted interrupted() {
    keep();
    ended(Event.Ending.INTERRUPTED, "it was asked to stop");
    return new RunInterrupted(
        state.rollouts() == 0
            ? "stopped before the first %s was finished"
                .formatted(
                    config.budget().isPresent()
                        ? "rollout"
                        : "of " + config.rollouts() + " rollouts")
            : "stopped after %s, all of which %s keeps".formatted(done(), output.lastCheckpoint()));
  }

  private String done() {
    return "rollout "
        + state.rollouts()
        + (config.budget().isPresent() ? "" : " of " + config.rollouts());
  }

  /** The weights may be spoilt, so nothing is saved: the last checkpoint is from before. */
  private IllegalStateException notFinite(String why, RuntimeException cause) {
    long step = state.rollouts() + 1;
    if (cause instanceof PixelsAreNotFinite) {
      output.discard(state.rollouts()); // of the very weights that cannot draw
    }
    String message =
        "stopped at step %d: %s. The last good checkpoint, %s, is untouched; a lower learning rate or a smaller max_grad_norm usually helps"
            .formatted(step, why, output.lastCheckpoint());
    ended(Event.Ending.DIVERGED, why);
    return new IllegalStateException(message, cause);
  }

  /** Nothing was learned since the last whole rollout, so what it left is kept. */
  private RewardFailed rewardFailed(String why) {
    keep();
    ended(Event.Ending.FAILED, why);
    return new RewardFailed(
        "stopped after %s, whose state is saved: %s; then continue with --resume"
            .formatted(done(), why));
  }

  /** Between updates there is nothing whole to keep. */
  private PeerLost lost(PeerLost cause) {
    if (!updating) {
      keep();
    }
    ended(Event.Ending.FAILED, cause.getMessage());
    return cause;
  }

  private void keep() {
    if (state.rollouts() > output.lastStep()) {
      save();
    }
  }

  private Updater.Outcome update(
      long step,
      SharedRollout rollout,
      GroupConditioning prompts,
      Advantages advantages,
      boolean[][] trained) {
    long started = System.nanoTime();
    Cost spent = state.cost();
    Updater.Outcome outcome =
        components
            .updater()
            .update(
                rollout,
                prompts,
                advantages,
                trained,
                state.updates(),
                updates -> config.learningRate(updates, spent),
                progress);
    LossTerms terms = outcome.terms();
    double clipRange = config.method().objective().clipRange();
    String warning =
        outcome.firstRatioDeviation() > clipRange
            ? "the clip range lies below the noise of the ratio: clipping acts on rounding errors"
            : "";
    events.publish(
        new Event.FirstRatioMeasured(step, outcome.firstRatioDeviation(), clipRange, warning));
    events.publish(
        new Event.UpdateFinished(
            step,
            terms.policy(),
            config.method().kl().needsReference() ? terms.kl() : Double.NaN,
            terms.ratioMean(),
            terms.ratioMaxDeviation(),
            terms.clipFraction(),
            outcome.gradNorm(),
            outcome.learningRate(),
            outcome.pairs(),
            (System.nanoTime() - started) / 1e9));
    events.publish(Distributions.ratios(step, rollout.layout(), outcome.ratios()));
    return outcome;
  }

  /** With the moving average in the place of the weights where there is one. */
  private <T> T averaged(Supplier<T> work) {
    return components.ema().isPresent() ? components.weights().under(Ema.NAME, work) : work.get();
  }

  private double evaluate(long step) {
    long started = System.nanoTime();
    Evaluator.Result result = step == 0 ? base.of(config, this::judged) : judged();
    events.publish(
        new Event.EvaluationFinished(
            step,
            result.score(),
            result.tasks().means(),
            result.scores().length,
            (System.nanoTime() - started) / 1e9));
    output.samples(step, result);
    keepBest(step, result.score());
    state = state.withScore(step, result.score(), sharesSpent());
    return result.score();
  }

  /** The weights of the best evaluation since training began, where there are several. */
  private void keepBest(long step, double score) {
    boolean best =
        state.scores().entrySet().stream()
            .filter(e -> e.getKey() > 0 && e.getKey() < step)
            .allMatch(e -> e.getValue() < score);
    boolean several = config.evaluation().every() > 0 || config.budget().isPresent();
    if (best && step > 0 && several && config.checkpoints().best()) {
      averaged(
          () -> {
            output.best(components.weights(), step, score);
            return null;
          });
    }
  }

  private Evaluator.Result judged() {
    Evaluator evaluator = components.evaluator();
    boolean alone = peers.size() == 1 && config.distributed().parts() == 0;
    int unit = alone ? evaluator.size() : config.sampling().batchSize();
    peers.doing("evaluating");
    return averaged(
        () ->
            components
                .weights()
                .sampling(() -> evaluator.run(stoppable(), peers, unit, SampleSheet.TILES)));
  }

  /** Shows how far an evaluation is, and gives it up when asked to: it is made again on resume. */
  private Progress.Source stoppable() {
    return (label, total, unit) -> {
      Progress evaluated = progress.start("evaluating", total, unit);
      return new Progress() {
        @Override
        public void advance(long n) {
          evaluated.advance(n);
          stop.check();
        }

        @Override
        public void close() {
          evaluated.close();
        }
      };
    };
  }

  private Summary finish() {
    save();
    if (components.ema().isPresent()) {
      output.raw(components.weights());
    }
    averaged(
        () -> {
          output.trained(components.weights());
          return null;
        });
    double after = evaluate(state.rollouts());
    double before = state.score(0);
    Map<String, Double> summary = new LinkedHashMap<>();
    summary.put("score_before", before);
    summary.put("score_after", after);
    summary.put("images", (double) state.imagesSampled());
    summary.put("optimizer_updates", (double) state.updates());
    events.publish(new Event.RunFinished(state.rollouts(), summary, state.seconds()));
    return new Summary(before, after, state.seconds(), state.imagesSampled(), state.updates());
  }

  private void save() {
    state = state.withMetricsBytes(output.metricsBytes());
    saved = System.nanoTime();
    try (Scope scope = new Scope()) {
      output.checkpoint(state, tensors());
    }
  }

  /** What a checkpoint holds, by group. */
  private Map<String, Map<String, Tensor>> tensors() {
    Map<String, Map<String, Tensor>> groups = components.weights().state();
    groups.put(OPTIMIZER, components.adam().state());
    components.ema().ifPresent(e -> groups.put(Ema.NAME, e.state()));
    return groups;
  }

  /**
   * Continues from a checkpoint; before {@link #run}. Of several processes the first alone.
   *
   * @param saved what the checkpoint says, completed
   */
  void restore(Checkpoint checkpoint, TrainState saved) {
    state = saved;
    fresh = false;
    try (Scope scope = new Scope()) {
      components
          .weights()
          .state()
          .forEach(
              (group, live) -> {
                if (!group.equals(Ema.NAME)) { // which counts its updates, too
                  Restore.into(group, live, checkpoint.tensors(group));
                }
              });
      components.adam().load(checkpoint.tensors(OPTIMIZER));
      components.ema().ifPresent(e -> e.load(checkpoint.tensors(Ema.NAME)));
    }
  }

  /** Gives all processes the state, weights and moments of the first. */
  private void share() {
    fresh = peers.broadcast("whether the run is new", new byte[] {(byte) (fresh ? 1 : 0)})[0] == 1;
    state = TrainState.of(peers.broadcast("the state of the run", state.toBytes()));
    try (Scope scope = new Scope()) {
      Map<String, Map<String, Tensor>> groups = tensors();
      peers.broadcast(
          "the weights to begin with",
          groups.values().stream().flatMap(group -> group.values().stream()).toList());
      components.adam().load(groups.get(OPTIMIZER));
      components.ema().ifPresent(e -> e.load(groups.get(Ema.NAME)));
    }
  }

  /** A number that changes with any bit of the weights. */
  private Map<String, String> weights() {
    long sum = 0;
    for (Tensor weight : components.weights().parameters().values()) {
      try (Scope scope = new Scope()) {
        sum = 31 * sum + weight.detach().contiguous().view(ScalarType.Int).sum().item_long();
      }
    }
    return Map.of("the sum of their bits", Long.toHexString(sum));
  }
}
