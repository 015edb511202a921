package dev.meander.loss;

/**
 * The numbers of one loss, for logs.
 *
 * @param policy the mean of the weighted policy terms
 * @param kl the mean divergence, before beta; 0 without a penalty
 * @param total the sum {@code policy + beta*kl}
 * @param ratioMean the mean probability ratio
 * @param ratioMaxDeviation the largest {@code |ratio - 1|}; on the first update after a rollout
 *     this is the noise floor of the engine, and clip ranges below it do not work
 * @param clipFraction the share of ratios outside of the clip range
 */
public record LossTerms(
    double policy,
    double kl,
    double total,
    double ratioMean,
    double ratioMaxDeviation,
    double clipFraction) {}
