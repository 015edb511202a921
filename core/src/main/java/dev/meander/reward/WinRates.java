package dev.meander.reward;

/**
 * How often each image of a group wins against the others: Pref-GRPO's reward (arXiv 2508.20751).
 * With {@code p(i, j)} the probability that image i is better than image j, and 0.5 for a tie,
 *
 * <pre>w(i) = sum over j != i of p(i, j) / (G - 1)</pre>
 *
 * so the mean over the group is always one half.
 */
public final class WinRates {
  private WinRates() {}

  /** Compares two images of a group. */
  @FunctionalInterface
  public interface Comparison {
    /** The probability that the first is better than the second; 0.5 when neither is. */
    double beats(int first, int second);
  }

  /**
   * The win rate of each image; every pair is compared once.
   *
   * @param user the reward that they are for, in messages: "reward win_rate"
   * @param images how many there are
   * @throws RewardFailed when there are fewer than two, or a comparison gives no probability
   */
  public static float[] of(String user, int images, Comparison comparison) {
    if (images < GroupReward.LEAST) {
      throw new RewardFailed(
          "%s: a win rate needs at least two images of a prompt, found %d".formatted(user, images));
    }
    double[] won = new double[images];
    for (int i = 0; i < images; i++) {
      for (int j = i + 1; j < images; j++) {
        double p = comparison.beats(i, j);
        if (!(p >= 0 && p <= 1)) { // also when it is NaN
          throw new RewardFailed(
              "%s: image %d is better than image %d with a probability of %s, which is none"
                  .formatted(user, i, j, p));
        }
        won[i] += p;
        won[j] += 1 - p;
      }
    }
    float[] rates = new float[images];
    for (int i = 0; i < images; i++) {
      rates[i] = (float) (won[i] / (images - 1));
    }
    return rates;
  }
}
