/**
 * Several processes that train together: who they are ({@link dev.meander.distributed.Launch}),
 * what they tell each other ({@link dev.meander.distributed.Peers}), and sums whose bits do not
 * depend on how many they are ({@link dev.meander.distributed.TreeSum}).
 *
 * <p>Internal.
 */
package dev.meander.distributed;
