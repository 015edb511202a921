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
   * @throws RewardFailed when the scorer cannot be had for good
   */
  float[] score(List<Sample> samples);

  @Override
  default void close() {}

  /** One image and the prompt that it was made for. */
  record Sample(Prompt prompt, Image image) {}
}
