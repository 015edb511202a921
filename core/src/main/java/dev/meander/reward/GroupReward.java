package dev.meander.reward;

import java.util.List;

/**
 * Scores images by comparing them with each other; higher is better. Implementations are stateless
 * between calls and safe to close twice.
 *
 * <p>A group is all images of one prompt that stand at one place of a rollout's tree ({@link
 * dev.meander.layout.RolloutLayout#places}), in the order of their numbers: {@value #LEAST} at
 * least.
 */
@FunctionalInterface
public non-sealed interface GroupReward extends Scorer {
  /** The fewest images that can be compared. */
  int LEAST = 2;

  /**
   * One score for each image, in order; every score is finite.
   *
   * @param group images of one prompt, and of one source image where there is one
   * @throws RewardFailed when the scorer is permanently unavailable
   */
  float[] score(List<Reward.Sample> group);
}
