package dev.meander.train;

import dev.meander.distributed.Peers;
import dev.meander.loss.GrpoLoss;
import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.optim.AdamW;
import dev.meander.optim.Ema;
import dev.meander.prompt.PromptSet;
import dev.meander.rollout.Decoder;
import dev.meander.rollout.NoiseStream;
import dev.meander.rollout.Rollout;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.tensor.Engine;
import dev.meander.tensor.FreedMemory;
import dev.meander.tensor.Workers;
import dev.meander.text.Prompts;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Tensor;

/**
 * Everything that a training goes through, built from its configuration on a loaded model; {@link
 * Trainer} runs it.
 *
 * <p>{@link #close} detaches the adapter and frees all that was built; the pipeline and the rewards
 * belong to the caller.
 */
public final class TrainingComponents implements AutoCloseable {
  private final Deque<Runnable> open;
  private final PromptSet prompts;
  private final Prompts encoder;
  private final RewardStage rewards;
  private final Evaluator evaluator;
  private final Rollout rollout;
  private final PolicyWeights weights;
  private final AdamW adam;
  private final Optional<Ema> ema;
  private final Updater updater;
  private final GoldWatch watch;
  private final Peers peers;

  private TrainingComponents(
      TrainConfig config,
      Pipeline pipeline,
      TrainingPrompts prompts,
      RewardSet rewards,
      Peers peers,
      Optional<Path> start,
      Deque<Runnable> open) {
    this.open = open;
    this.prompts = prompts.training();
    this.encoder = pipeline.prompts();
    this.rewards = opened(new RewardStage(config, rewards), RewardStage::close);
    TrainConfig.Evaluation evaluation = config.evaluation();
    TrainConfig.Sampling sampling = config.sampling();
    this.evaluator =
        new Evaluator(
            pipeline,
            evaluation,
            config.model(),
            sampling.batchSize(),
            prompts.heldOut(),
            rewards.get(evaluation.reward().name(), evaluation.reward().config()));
    this.peers = peers;
    this.rollout = rollout(config, pipeline);
    this.weights = opened(PolicyWeights.of(config, pipeline, start), PolicyWeights::close);
    pipeline.transformer().recompute(config.update().gradientCheckpointing());
    TrainConfig.Update update = config.update();
    Map<String, Tensor> parameters = weights.parameters();
    this.adam = opened(new AdamW(parameters, update.optimizer()), AdamW::close);
    this.ema = update.ema().map(e -> opened(new Ema(weights.snapshots(), e), Ema::close));
    this.updater =
        new Updater(
            new GuidedVelocity(
                pipeline.transformer(), sampling.guidance(), sampling.embeddedGuidance()),
            config.method().dynamics(),
            rollout.schedule(),
            config.method().weight(),
            new GrpoLoss(config.method().objective(), config.method().kl()),
            update,
            parameters,
            adam,
            ema,
            Engine.workers(),
            config.sum(),
            peers,
            rollout.latentShape());
    this.watch = new GoldWatch(config.goldWatch());
  }

  /**
   * Builds every component; the adapter is attached to the pipeline's transformer.
   *
   * @param pipeline the loaded model; the caller closes it, after the components
   * @param rewards where rewards come from; the caller closes them, after the components
   * @param peers the processes that train together; the caller closes them
   * @throws dev.meander.config.UserError for unknown rewards and targets that match no layer
   */
  public static TrainingComponents build(
      TrainConfig config,
      Pipeline pipeline,
      TrainingPrompts prompts,
      RewardSet rewards,
      Peers peers) {
    return build(config, pipeline, prompts, rewards, peers, Optional.empty());
  }

  /**
   * As the other.
   *
   * @param start the adapter to start from in the place of the one that the recipe names
   */
  static TrainingComponents build(
      TrainConfig config,
      Pipeline pipeline,
      TrainingPrompts prompts,
      RewardSet rewards,
      Peers peers,
      Optional<Path> start) {
    Deque<Runnable> open = new ArrayDeque<>();
    try {
      return new TrainingComponents(config, pipeline, prompts, rewards, peers, start, open);
    } catch (RuntimeException e) {
      close(open);
      throw e;
    }
  }

  private <T> T opened(T part, Consumer<T> close) {
    open.push(() -> close.accept(part));
    return part;
  }

  private static void close(Deque<Runnable> open) {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }

  /** What samples images as the configuration says. */
  public static Rollout rollout(TrainConfig config, Pipeline pipeline) {
    TrainConfig.Sampling sampling = config.sampling();
    Workers workers = Engine.workers();
    long[] shape = pipeline.latentShape(config.model().height(), config.model().width());
    return new Rollout(
        new GuidedVelocity(
            new ParallelVelocity(pipeline.transformer(), workers),
            sampling.guidance(),
            sampling.embeddedGuidance()),
        config.method().dynamics(),
        sampling.schedule().orElseGet(() -> pipeline.schedule(shape)).schedule(sampling.steps()),
        new NoiseStream(config.seed()),
        new Decoder(pipeline.vae(config.model().tiledDecode()), workers),
        shape,
        sampling.batchSize());
  }

  /** The processes that train together. */
  Peers peers() {
    return peers;
  }

  PolicyWeights weights() {
    return weights;
  }

  Rollout rollout() {
    return rollout;
  }

  RewardStage rewards() {
    return rewards;
  }

  AdamW adam() {
    return adam;
  }

  Optional<Ema> ema() {
    return ema;
  }

  Updater updater() {
    return updater;
  }

  GoldWatch watch() {
    return watch;
  }

  /** The held-out evaluation. */
  public Evaluator evaluator() {
    return evaluator;
  }

  PromptSet prompts() {
    return prompts;
  }

  /** What encodes prompts. */
  Prompts encoder() {
    return encoder;
  }

  @Override
  public void close() {
    close(open);
    FreedMemory.giveBack();
  }
}
