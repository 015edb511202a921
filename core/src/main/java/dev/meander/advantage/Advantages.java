package dev.meander.advantage;

/**
 * The advantages of a batch.
 *
 * @param values {@code [N][n]}
 * @param zeroStdRatio the share of (group, step) pairs whose rewards are all equal, which teach
 *     nothing
 */
public record Advantages(double[][] values, double zeroStdRatio) {}
