package dev.meander.reward;

/**
 * Scoring failed permanently: retrying will not help. The run itself is not at fault.
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
