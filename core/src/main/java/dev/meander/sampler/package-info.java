/**
 * One step of the sampler: the distribution of the next latent and its log-density.
 *
 * <p>Rollout and update call the same code, so that before the first update every probability ratio
 * is 1. Letters: {@code B} samples, {@code C, H, W} channels, height and width of the latent,
 * {@code s} the noise level of a step, {@code delta = sigma - sigmaNext}.
 */
package dev.meander.sampler;
