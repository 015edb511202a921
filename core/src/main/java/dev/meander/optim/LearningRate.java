package dev.meander.optim;

import java.util.OptionalLong;

/**
 * The learning rate as a function of the number of updates alone, so that a resumed run goes on
 * exactly. All begin with a linear warm-up: the first of {@code warmUp} updates uses {@code
 * peak/warmUp}, the last {@code peak}.
 */
public sealed interface LearningRate permits ConstantRate, CosineRate, WarmupStableDecay {
  /**
   * The same schedule for a run of {@code updates}: where the recipe leaves out its total, that is
   * the total.
   */
  default LearningRate over(long updates) {
    return this;
  }

  /** How many updates it is made for; those after them have the rate of its end. */
  default OptionalLong end() {
    return OptionalLong.empty();
  }

  /** The rate of the update that {@code update} others came before. */
  double at(long update);
}
