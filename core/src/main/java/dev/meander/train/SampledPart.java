package dev.meander.train;

import dev.meander.layout.LayoutPart;
import dev.meander.rollout.Rollout;

/**
 * A part of a rollout, sampled by itself.
 *
 * @param part where it stands in the rollout
 * @param result what it left, by its own numbers
 */
record SampledPart(LayoutPart part, Rollout.Result result) {}
