package dev.meander.schedule;

import java.util.Arrays;

/**
 * The noise levels that a sampling run visits, from noise to image.
 *
 * <p>Values and differences are float32, as in the reference implementations.
 *
 * @param sigmas {@code [T+1]}, strictly falling, the first at most 1, the last exactly 0
 */
public record SigmaSchedule(float[] sigmas) {
  public SigmaSchedule {
    sigmas = sigmas.clone();
    if (sigmas.length < 2) {
      throw new IllegalArgumentException(
          "a sigma schedule needs at least one step (two sigmas), not "
              + sigmas.length
              + " sigmas");
    }
    if (!(sigmas[0] <= 1) || sigmas[sigmas.length - 1] != 0) {
      throw new IllegalArgumentException(
          "sigmas begin at 1 or below and end at 0, not " + Arrays.toString(sigmas));
    }
    for (int k = 1; k < sigmas.length; k++) {
      if (!(sigmas[k] < sigmas[k - 1])) {
        throw new IllegalArgumentException(
            "sigmas must fall at every step, but sigma[%d] = %s is followed by %s"
                .formatted(k - 1, sigmas[k - 1], sigmas[k]));
      }
    }
  }

  /** A copy of the noise levels, {@code [T+1]}. */
  @Override
  public float[] sigmas() {
    return sigmas.clone();
  }

  /** The number of steps T. */
  public int steps() {
    return sigmas.length - 1;
  }

  /** The noise level before step {@code k}; {@code sigma(T)} is 0. */
  public float sigma(int k) {
    return sigmas[k];
  }

  /** {@code sigma[k+1] - sigma[k]}, negative. */
  public float dt(int k) {
    return sigmas[k + 1] - sigmas[k];
  }

  /** {@code -dt(k)}, positive. */
  public float delta(int k) {
    return -dt(k);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SigmaSchedule that && Arrays.equals(sigmas, that.sigmas);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sigmas);
  }

  @Override
  public String toString() {
    return "SigmaSchedule" + Arrays.toString(sigmas);
  }
}
