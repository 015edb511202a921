package dev.meander.schedule;

import dev.meander.config.Variants;

/**
 * Which steps of a rollout are stochastic and trained; the others follow the ODE.
 *
 * <p>The last step is never inside: its noise would stay in the image.
 */
@Variants({FullWindow.class, FixedWindow.class, RandomWindow.class, SlidingWindow.class})
public interface StepWindow {
  /**
   * The window of one rollout: a function of its arguments alone, so a resumed run draws the same.
   *
   * @param steps the rollout's number T of steps
   * @param seed the run's seed; only random windows look at it
   * @param rollout the rollout's number, from 0
   * @throws dev.meander.config.UserError when the window does not fit into the first T-1 steps; see
   *     {@link StepRange#requireTrainable}
   */
  StepRange window(int steps, long seed, long rollout);
}
