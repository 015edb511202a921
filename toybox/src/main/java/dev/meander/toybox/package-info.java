/**
 * A procedural world of coloured shapes on a plain ground, with captions in GenEval's phrasing.
 *
 * <p>Everything here is a pure function of a seed and an index: the same pair gives the same bytes
 * on every platform, so data can be streamed in any order and a run can resume where it stopped.
 *
 * <p>Internal.
 */
package dev.meander.toybox;
