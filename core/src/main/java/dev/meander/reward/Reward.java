package dev.meander.reward;

import dev.meander.image.Image;
import dev.meander.prompt.Prompt;
import java.util.List;
import java.util.Optional;

/**
 * Scores decoded images, each by itself; higher is better. Implementations are stateless between
 * calls and safe to close twice.
 */
@FunctionalInterface
public non-sealed interface Reward extends Scorer {
  /**
   * One score for each sample, in order; every score is finite.
   *
   * @throws RewardFailed when the scorer is permanently unavailable
   */
  float[] score(List<Sample> samples);

  /**
   * One image and what it was made for.
   *
   * @param prompt the prompt that it was made for
   * @param image the image
   * @param source the image that it was made from, where the prompt names one
   */
  record Sample(Prompt prompt, Image image, Optional<Image> source) {
    /** An image that was made from its prompt alone. */
    public Sample(Prompt prompt, Image image) {
      this(prompt, image, Optional.empty());
    }
  }
}
