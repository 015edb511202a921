/**
 * What is wanted of an image, as a number: the interface of rewards, and the scoring rules of
 * GenEval and of visual text, which need no tensor engine.
 */
package dev.meander.reward;
