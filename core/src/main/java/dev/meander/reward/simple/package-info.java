/**
 * Rewards that need no model: for tests, first experiments and to see what a method does; and win
 * rates by the scores of other rewards.
 *
 * <p>Internal.
 */
package dev.meander.reward.simple;
