/**
 * The training objective for one batch of steps: a clipped policy term and a KL penalty.
 *
 * <p>Letters: {@code B} pairs of sample and step. A batch may hold steps at different noise levels.
 */
package dev.meander.loss;
