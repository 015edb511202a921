package dev.meander.rollout;

import java.util.List;

/** Hears how a rollout goes, in the thread that samples; what it throws ends the rollout. */
@FunctionalInterface
public interface RolloutListener {
  /** Receives every image once, some at a time, while the rollout goes on. */
  void finished(List<FinishedImage> images);

  /** Hears of every pass of the network. */
  default void passed() {}
}
