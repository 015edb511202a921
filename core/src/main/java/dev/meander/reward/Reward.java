package dev.meander.reward;

import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import java.util.List;

/**
 * Scores decoded images; higher is better. Implementations are stateless between calls and safe to
 * close twice.
 */
public interface Reward extends AutoCloseable {
  /**
   * One score for each sample, in order; every score is finite.
   *
   * @throws RewardFailed when the scorer is permanently unavailable
   */
  float[] score(List<Sample> samples);

  /**
   * How many calls of {@link #score} may run at the same time; more than 1 where scoring waits for
   * others, as a remote scorer does, and then {@code score} is safe for use by several threads.
   */
  default int concurrentCalls() {
    return 1;
  }

  @Override
  default void close() {}

  /** One image and the prompt that it was made for. */
  record Sample(Prompt prompt, Image image) {}
}
