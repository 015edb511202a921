/**
 * Noise levels of a sampling run and which of its steps are stochastic: plain arithmetic, no
 * tensors.
 *
 * <p>Letters: {@code T} steps, {@code k} a step (0 to T-1, from noise to image), {@code sigma} the
 * noise level (1 pure noise, 0 the clean image), {@code dt = sigma[k+1] - sigma[k]} (negative),
 * {@code delta = -dt}. Papers that count time downward call our step {@code k} their {@code T - k}.
 */
package dev.meander.schedule;
