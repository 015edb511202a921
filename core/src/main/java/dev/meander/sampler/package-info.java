/**
 * One step of the sampler: the distribution of the next latent and its log-density.
 *
 * <p>Rollout and update call the same code, so that before the first update every probability ratio
 * is 1.
 *
 * <p>Letters in shapes: {@code B} samples, {@code C, H, W} channels, height and width of the latent
 * ({@code [B, ...]} where any latent will do). In formulas: {@code x} the latent, {@code v} the
 * velocity, {@code s} the noise level of a step, {@code sigma} and {@code sigmaNext} the schedule's
 * before and after it, {@code delta = sigma - sigmaNext}.
 */
package dev.meander.sampler;
