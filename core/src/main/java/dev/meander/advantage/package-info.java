/**
 * Group-relative advantages: how much better a sample did than the others of its group.
 *
 * <p>Letters: {@code N} samples, {@code G} samples of one group, {@code n} trained steps, {@code M}
 * rewards. A group is known by its id, never by its prompt's text.
 *
 * <p>Internal.
 */
package dev.meander.advantage;
