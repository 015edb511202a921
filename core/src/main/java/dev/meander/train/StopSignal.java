package dev.meander.train;

/**
 * A wish, from any thread, that a run end soon and keep what it has: what is being sampled is given
 * up, for it is sampled again to the same bits; updates that have begun are finished.
 */
public final class StopSignal {
  private volatile boolean requested;
  private volatile boolean heard;

  /**
   * Asks for it.
   *
   * @return whether a run is there that obeys it; if not, nothing has been begun that could be kept
   */
  public boolean request() {
    requested = true;
    return heard;
  }

  /** A run begins, or ends, to obey it. */
  void heard(boolean now) {
    heard = now;
  }

  /** Ends a piece of work that nothing is lost with. */
  void check() {
    if (requested) {
      throw new RunInterrupted("somebody asked for it");
    }
  }
}
