package dev.meander.pretrain;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;

/**
 * How one stage of pretraining optimises.
 *
 * @param steps optimizer updates
 * @param batchSize examples an update
 * @param learningRate its peak
 * @param warmUp updates of linear warm-up
 * @param decay updates over which it falls to 0 at the end
 * @param emaDecay of the averaged weights, which are what the stage hands on
 */
@Doc("How one stage of pretraining optimises (AdamW).")
public record StageConfig(
    @Doc("Optimizer updates.") @Positive int steps,
    @Doc("Pictures in one update.") @Positive int batchSize,
    @Doc("The learning rate's peak.") @Positive double learningRate,
    @Doc("Updates over which the learning rate rises to its peak.") @Range(min = 0) int warmUp,
    @Doc("Updates at the end over which it falls to 0.") @Range(min = 1) int decay,
    @Doc(
            "How much of the weights' moving average remains at each update; the average is the result.")
        @Range(min = 0, max = 1)
        double emaDecay) {
  public StageConfig {
    if ((long) warmUp + decay > steps) {
      throw new IllegalArgumentException(
          "warm_up (%d) and decay (%d) together exceed steps (%d)".formatted(warmUp, decay, steps));
    }
  }
}
