package dev.meander.train;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * The last evaluation of a model before its training, kept for the next run of the same process.
 * Recipes that differ in their method alone have it in common: prompts, noise and weights are the
 * same.
 *
 * <p>It holds the images of the sample sheet too, which every run draws: 24 at most, 0.3 MB at 64
 * pixels and 75 MB at 1024, beside a model of gigabytes.
 */
public final class BaseEvaluation {
  private Key key;
  private Evaluator.Result result;

  /** Everything that the images and their scores depend on. */
  private record Key(
      TrainConfig.Model model,
      TrainConfig.Evaluation evaluation,
      int batchSize,
      TrainConfig.Distributed distributed,
      Optional<String> start,
      int threads,
      int workers) {}

  /** What {@code measure} gave for such a recipe the last time, or gives now. */
  public Evaluator.Result of(TrainConfig config, Supplier<Evaluator.Result> measure) {
    Key asked =
        new Key(
            config.model(),
            config.evaluation(),
            config.sampling().batchSize(),
            config.distributed(),
            config.policy() instanceof TrainConfig.Lora lora
                ? lora.lora().from()
                : Optional.empty(),
            config.threads(),
            config.workers());
    if (!asked.equals(key)) {
      result = measure.get();
      key = asked;
    }
    return result;
  }
}
