package dev.meander.reward;

/**
 * What gives images scores: a {@link Reward} looks at each by itself, a {@link GroupReward} at all
 * images of one prompt that stand at one place.
 */
public sealed interface Scorer extends AutoCloseable permits Reward, GroupReward {
  /**
   * How many calls of {@code score} may run at the same time; more than 1 where scoring waits for
   * others, as a remote scorer does, and then {@code score} is safe for use by several threads.
   */
  default int concurrentCalls() {
    return 1;
  }

  @Override
  default void close() {}
}
