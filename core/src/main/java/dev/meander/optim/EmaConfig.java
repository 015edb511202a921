package dev.meander.optim;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.List;

/**
 * Settings of {@link Ema}.
 *
 * @param decay how much of the average remains at each change; flow_grpo 0.9
 * @param every optimizer updates from one change to the next; flow_grpo 8
 * @param warmUp the decay after {@code n} updates is at most {@code (1+n)/(warmUp+n)}, so that
 *     early averages follow the weights; flow_grpo 10, and 1 for none
 */
public record EmaConfig(double decay, int every, int warmUp) {
  public EmaConfig {
    List<String> wrong = new ArrayList<>();
    if (!(decay >= 0 && decay < 1)) {
      wrong.add("decay must lie in [0, 1), not be " + decay);
    }
    if (every < 1) {
      wrong.add("every must be at least 1 update, not " + every);
    }
    if (warmUp < 1) {
      wrong.add("warmUp must be at least 1 (no warm-up), not " + warmUp);
    }
    if (!wrong.isEmpty()) {
      throw new UserError(String.join("\n", wrong));
    }
  }

  /** 0.9 every 8 updates, warm-up 10. */
  public static EmaConfig flowGrpo() {
    return new EmaConfig(0.9, 8, 10);
  }

  /** The decay at the update that {@code updates} others came before. */
  double decayAfter(long updates) {
    return Math.min(decay, (1.0 + updates) / (warmUp + updates));
  }
}
