/**
 * Credit assignment: from the rewards of a rollout to one reward for each sample and trained step.
 *
 * <p>Letters: {@code N} samples, {@code n} trained steps, {@code j} the number of trained steps
 * already made (0 to n), {@code R[j]} the reward of the image that the ODE makes from there. From
 * them: {@code r[j] = R[j] - R[j-1]} is the incremental and {@code agg[j] = R[n] - R[j-1]} the
 * aggregated reward of step j, 1 to n. In arrays {@code [N][n]} step j has the index j - 1.
 */
package dev.meander.credit;
