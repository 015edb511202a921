/**
 * Reads the folders of runs while they grow: each line of a metrics file once, in bounded memory.
 *
 * <p>{@link dev.meander.dashboard.index.RunIndex} watches them all and tells what changed.
 */
package dev.meander.dashboard.index;
