package dev.meander.train;

import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.rollout.Decoder;
import dev.meander.rollout.NoiseStream;
import dev.meander.rollout.Rollout;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Workers;
import dev.meander.text.Prompts;

/** The stages of one run, built from its configuration on a loaded model. */
public final class Stages implements AutoCloseable {
  private final PolicyWeights weights;
  private final GuidedVelocity velocity;
  private final Rollout rollout;
  private final RewardStage rewards;
  private final Evaluator evaluator;
  private final Reward judge;
  private final PromptSet prompts;
  private final Prompts encoder;

  /**
   * Builds every stage; the adapter is attached to the pipeline's transformer.
   *
   * @throws dev.meander.config.UserError for unknown rewards, missing prompt files, targets that
   *     match no layer
   */
  public Stages(TrainConfig config, Pipeline pipeline) {
    this.prompts = PromptSource.load(config.data().prompts());
    PromptSet heldOut = PromptSource.load(config.evaluation().prompts());
    this.encoder = pipeline.prompts();
    this.rewards = new RewardStage(config);
    this.judge =
        Rewards.create(config.evaluation().reward().name(), config.evaluation().reward().config());
    this.weights = PolicyWeights.of(config, pipeline);
    pipeline.transformer().recompute(config.update().gradientCheckpointing());
    TrainConfig.Sampling sampling = config.sampling();
    this.velocity =
        new GuidedVelocity(
            pipeline.transformer(), sampling.guidance(), sampling.embeddedGuidance());
    this.rollout = rollout(config, pipeline);
    this.evaluator =
        new Evaluator(
            pipeline, config.evaluation(), config.model(), sampling.batchSize(), heldOut, judge);
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

  PolicyWeights weights() {
    return weights;
  }

  /** The policy network of the updates, whose passes are recorded. */
  GuidedVelocity velocity() {
    return velocity;
  }

  Rollout rollout() {
    return rollout;
  }

  RewardStage rewards() {
    return rewards;
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
    rewards.close();
    judge.close();
  }
}
