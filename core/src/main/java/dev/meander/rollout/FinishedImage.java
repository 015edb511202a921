package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.prompt.PromptGroup;

/**
 * An image that a rollout hands on while it goes on.
 *
 * @param index its number in the rollout's layout
 * @param group the group whose prompt it was made for
 * @param image the decoded image
 */
public record FinishedImage(int index, PromptGroup group, Image image) {}
