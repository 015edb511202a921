package dev.meander.advantage;

/**
 * The advantages of a batch.
 *
 * @param values {@code [N][n]}
 * @param zeroStdRatio the share of (group, step) pairs whose rewards are all equal, which teach
 *     nothing
 * @param clampedRatio the share of values that the clamp cut
 */
public record Advantages(double[][] values, double zeroStdRatio, double clampedRatio) {}
