package dev.meander.train;

import dev.meander.event.Event;

/**
 * What sampling and training have cost; evaluations on held-out prompts do not count.
 *
 * @param evaluations the number of latents that went through the network: one for every latent of a
 *     pass in sampling, {@link #PAIR} for every pair of sample and step that was trained on
 * @param images the images sampled
 * @param seconds the seconds of rollouts and updates
 */
public record Cost(double evaluations, double images, double seconds) {
  /** The cost of nothing. */
  public static final Cost NONE = new Cost(0, 0, 0);

  /**
   * The evaluations that a trained pair counts for: a forward pass, and a backward pass of twice
   * its work.
   */
  public static final int PAIR = 3;

  /** The cost with a rollout and its updates added. */
  public Cost plus(Event.RolloutFinished rollout, Event.UpdateFinished update) {
    return new Cost(
        evaluations + rollout.evaluations() + (double) PAIR * update.samples(),
        images + rollout.images(),
        seconds + rollout.seconds() + update.seconds());
  }
}
