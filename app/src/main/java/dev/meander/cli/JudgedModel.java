package dev.meander.cli;

import dev.meander.config.UserError;
import dev.meander.model.Pipeline;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.tensor.Engine;
import dev.meander.train.Evaluator;
import dev.meander.train.Models;
import dev.meander.train.TrainConfig;

/** A recipe's model, loaded, with what judges it on held-out prompts. */
record JudgedModel(Pipeline pipeline, Reward judge, Evaluator evaluator) implements AutoCloseable {
  /**
   * Loads both.
   *
   * @throws UserError when one of them cannot be loaded
   */
  static JudgedModel load(TrainConfig config, PromptSet prompts) {
    Engine.start(config.threads(), config.workers());
    Engine.use(config.model().device()); // before the judge, which may be a network
    TrainConfig.Evaluation evaluation = config.evaluation();
    Reward judge = Rewards.create(evaluation.reward().name(), evaluation.reward().config());
    try {
      Pipeline pipeline = Models.load(config.model());
      int batch = config.sampling().batchSize();
      return new JudgedModel(
          pipeline,
          judge,
          new Evaluator(pipeline, evaluation, config.model(), batch, prompts, judge));
    } catch (RuntimeException e) {
      judge.close();
      throw e;
    }
  }

  @Override
  public void close() {
    try (judge) {
      pipeline.close();
    }
  }
}
