package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.event.EventBus;
import dev.meander.event.EventSink;
import dev.meander.generate.Adapter;
import dev.meander.model.Pipeline;
import java.time.InstantSource;
import java.util.List;

/** A training run that leaves no files: its events and the trained adapter are all of it. */
public final class MemoryRun {
  static final String FULL_NEEDS_FILES =
      "policy: full trains every weight, which is left in a file only: give the run a directory, or train a lora";

  private MemoryRun() {}

  /**
   * What the run was good for.
   *
   * @param adapter the trained weights; their moving average where the run keeps one
   */
  public record Result(Trainer.Summary summary, Adapter adapter) {}

  /** Takes the trained weights when the run is finished. */
  private static final class Held extends RunOutput {
    private Adapter adapter;

    @Override
    void trained(PolicyWeights weights) {
      adapter = weights.held();
    }
  }

  /**
   * Trains to the end.
   *
   * @param pipeline the loaded model; the caller closes it
   * @param rewards where rewards come from; the caller closes them
   * @throws UserError when the recipe does not fit the model, or trains every weight
   */
  public static Result execute(
      TrainConfig config, Pipeline pipeline, RewardSet rewards, List<EventSink> viewers) {
    if (config.policy() instanceof TrainConfig.Full) {
      throw new UserError(FULL_NEEDS_FILES);
    }
    TrainingPrompts prompts = TrainingPrompts.load(config);
    ScorablePrompts.require(config, prompts, rewards::isGiven);
    Held output = new Held();
    try (TrainingComponents components =
            TrainingComponents.build(config, pipeline, prompts, rewards, new Alone());
        EventBus events = new EventBus(InstantSource.system(), viewers)) {
      Trainer trainer = new Trainer(config, components, output, events, new BaseEvaluation());
      Trainer.Summary summary = trainer.run();
      return new Result(summary, output.adapter);
    }
  }
}
