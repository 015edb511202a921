/**
 * Carries out a sampling plan: from prompts and noise to latents, their log-densities, and images.
 *
 * <p>Letters in shapes: {@code B} samples of one pass, {@code G} samples of a group, {@code T}
 * steps, {@code C, H, W} channels, height and width of a latent.
 *
 * <p>Internal.
 */
package dev.meander.rollout;
