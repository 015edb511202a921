package dev.meander.pretrain;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.optim.DecayShape;
import dev.meander.optim.WarmupStableDecay;

/** How one stage of pretraining optimises. */
@Doc("How one stage of pretraining optimises (AdamW).")
public record StageConfig(
    @Doc("Optimizer updates.") @Positive int steps,
    @Doc("Images in one update.") @Positive int batchSize,
    @Doc("The learning rate's peak.") @Positive double learningRate,
    @Doc("Updates over which the learning rate rises to its peak.") @Range(min = 0) int warmUp,
    @Doc("Updates at the end over which it falls to 0.") @Range(min = 1) int decay,
    @Doc(
            "The update at which the learning rate returns to its peak after a first such fall, if `steps` goes beyond it; 0 for none.")
        @Default("0")
        @Range(min = 0)
        int restart,
    @Doc(
            "How much of the weights' moving average remains at each update; the average is the result.")
        @Range(min = 0, max = 1)
        double emaDecay) {
  public StageConfig {
    if ((long) warmUp + decay > steps) {
      throw new IllegalArgumentException(
          "warm_up (%d) and decay (%d) together exceed steps (%d)".formatted(warmUp, decay, steps));
    }
    if (restarts(restart, steps)
        && ((long) warmUp + decay > restart || (long) restart + decay > steps)) {
      throw new IllegalArgumentException(
          "restart (%d) must leave room for warm_up (%d) and decay (%d) before it and for decay after it, up to steps (%d)"
              .formatted(restart, warmUp, decay, steps));
    }
  }

  /** The learning rate of an update. */
  double rate(long step) {
    boolean before = restarts(restart, steps) && step < restart;
    return new WarmupStableDecay(
            learningRate, warmUp, decay, before ? restart : steps, DecayShape.LINEAR)
        .at(step);
  }

  private static boolean restarts(int restart, int steps) {
    return restart > 0 && restart < steps;
  }
}
