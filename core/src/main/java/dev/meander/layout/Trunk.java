package dev.meander.layout;

/**
 * A path that a rollout follows from an initial noise through the schedule, and from which rows
 * leave at every stochastic step.
 *
 * @param index its place among the rollout's trunks
 * @param group the index of its group
 * @param member its number within the group, which keys the noise of its steps
 * @param noise which of the group's initial noises it starts from
 * @param firstRow the first of its rows
 * @param rows how many rows leave it at every stochastic step
 */
public record Trunk(int index, int group, int member, int noise, int firstRow, int rows) {}
