package dev.meander.optim;

import dev.meander.config.Default;
import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Range;
import dev.meander.config.Rules;

/** Settings of {@link Ema}. */
@Doc("The moving average of the trained weights.")
public record EmaConfig(
    @Doc("How much of the average remains at each change; flow_grpo 0.9.")
        @Default("0.9")
        @Range(min = 0, below = 1)
        double decay,
    @Doc("Optimizer updates from one change to the next; flow_grpo 8.") @Default("8") @Positive
        int every,
    @Doc(
            "After n updates at most (1 + n) / (warm_up + n) remains, so that the average follows the weights at"
                + " first; 1 means no warm-up.")
        @Default("10")
        @Positive
        int warmUp) {
  public EmaConfig {
    Rules.require(EmaConfig.class, decay, every, warmUp);
  }

  /** The decay at the update that {@code updates} others came before. */
  double decayAfter(long updates) {
    return Math.min(decay, (1.0 + updates) / (warmUp + updates));
  }
}
