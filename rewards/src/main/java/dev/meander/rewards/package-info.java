/**
 * Scorers that look at pixels with OpenCV.
 *
 * <p>A detector sees nothing but the image: what was asked for enters only when its findings are
 * compared with the prompt's metadata.
 *
 * <p>Internal.
 */
package dev.meander.rewards;
