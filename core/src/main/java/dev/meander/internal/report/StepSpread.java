package dev.meander.internal.report;

/**
 * What noise in one step alone does to the final reward.
 *
 * @param step the step of the schedule
 * @param sigma its noise level
 * @param std the standard deviation of the reward over draws from the same latent, mean over the
 *     prompts
 * @param half half the width of that mean's 95% interval over the prompts; NaN with one prompt
 * @param mean the mean of the reward
 * @param weight the noise-aware weight of the step, whose mean is 1
 */
public record StepSpread(
    int step, double sigma, double std, double half, double mean, double weight) {}
