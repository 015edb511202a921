/**
 * Random numbers: streams that are pure functions of what they are drawn for, of a seed and of
 * counters.
 *
 * <p>Internal.
 */
package dev.meander.random;
