package dev.meander.reward;

/**
 * A scorer failed for good: no score of these images can be had now, through no fault of the run.
 *
 * <p>The message is one line that says who failed, how, and what to do. A run that meets it saves
 * its last good state and stops; nothing stands in for the missing score.
 */
public final class RewardFailed extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public RewardFailed(String message) {
    super(message);
  }
}
