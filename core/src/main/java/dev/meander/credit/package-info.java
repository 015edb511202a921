/**
 * Credit assignment: from the rewards of a rollout to one reward for each sample and trained step.
 *
 * <p>Letters: {@code N} samples, {@code n} trained steps, {@code j} the number of trained steps
 * already made (0 to n), {@code R[j]} the reward of the image that the ODE makes from there.
 */
package dev.meander.credit;
