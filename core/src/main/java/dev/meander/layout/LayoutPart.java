package dev.meander.layout;

/**
 * Some of a rollout's trunks as a tree of their own, to be sampled and trained on apart from the
 * others.
 *
 * @param layout the tree of these trunks, over all groups of the rollout; a group may be cut, or
 *     have no trunk here
 * @param rows the whole rollout's row of each row, ascending
 * @param images the whole rollout's number of each image
 */
public record LayoutPart(RolloutLayout layout, int[] rows, int[] images) {}
