package dev.meander.rollout;

import dev.meander.image.Image;
import java.util.List;

/**
 * The finished images of a rollout and what each finishes.
 *
 * @param images in no particular order
 * @param groups the group of each image, an index into {@link Trajectories#groups()}
 * @param afterStep {@code [N][n]}: the image of row i finished by the ODE from after its j-th
 *     transition; -1 where there is none. The last of a chain is its own final image.
 * @param beforeSteps {@code [N]}: the image finished from before row i's first transition; -1 where
 *     there is none
 */
public record Finals(List<Image> images, int[] groups, int[][] afterStep, int[] beforeSteps) {
  /** The image that stands for row {@code i}: of its last transition. */
  public int last(int i) {
    return afterStep[i][afterStep[i].length - 1];
  }
}
