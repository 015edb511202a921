package dev.meander.rollout;

import org.bytedeco.pytorch.Tensor;

/**
 * A latent on its way through the schedule: a trunk, or a latent that the ODE finishes.
 *
 * @param trunk which trunk it is or comes from
 * @param column of the transition that it finishes; -1 for the latent before the first; {@link
 *     #TRUNK} for a trunk that is not past the window
 * @param row of that transition; for a trunk its first row
 * @param step the next step of the schedule
 * @param latent [C, H, W]
 */
record Path(Trunk trunk, int column, int row, int step, Tensor latent) {
  static final int TRUNK = -2;
  static final int START = -1;

  /**
   * An initial noise that is followed.
   *
   * @param group index of its group
   * @param member its number within the group
   */
  record Trunk(int group, int member) {}

  boolean isTrunk() {
    return column == TRUNK;
  }

  /** The same path one step later. */
  Path next(Tensor latent) {
    return new Path(trunk, column, row, step + 1, latent);
  }

  /** A path that is to be finished, from after this one's step. */
  Path finishing(int column, int row, Tensor latent) {
    return new Path(trunk, column, row, step + 1, latent);
  }
}
