package dev.meander.reward;

/**
 * A picture whose score is known before a reward is asked.
 *
 * @param what what it shows
 * @param sample the picture, with a prompt
 * @param least the lowest score that is right
 * @param most the highest score that is right
 */
public record KnownPicture(String what, Reward.Sample sample, double least, double most) {
  private static final double ROUNDING = 1e-5;

  /** A picture with one right score. */
  public static KnownPicture of(String what, Reward.Sample sample, double score) {
    return new KnownPicture(what, sample, score - ROUNDING, score + ROUNDING);
  }

  /** Whether a score is right. */
  public boolean fits(float score) {
    return score >= least && score <= most;
  }
}
