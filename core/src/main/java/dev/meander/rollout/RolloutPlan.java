package dev.meander.rollout;

/**
 * Which stochastic steps a rollout takes from each of its initial noises.
 *
 * <p>A rollout follows <em>trunks</em> through the schedule. At every step of the stochastic window
 * a trunk's latent gets K independent successors. The samples that are compared and trained are the
 * rows (trunk, successor); a row has one transition at every step of the window.
 */
public sealed interface RolloutPlan permits Chains, Branches {
  /** K, successors at every stochastic step of a trunk. */
  int successors();

  /** Whether a trunk itself goes on from its first successor, or else along the ODE. */
  boolean stochasticTrunk();

  /** Whether every successor is finished by the ODE, or the trunk's last alone. */
  boolean finishesEverySuccessor();

  /**
   * Distinct initial noises of a group.
   *
   * @param groupSize G, rows of a group
   */
  int initialNoises(int groupSize);

  /**
   * Why groups of this size do not fit the plan; empty when they do.
   *
   * @param groupSize G
   */
  String problem(int groupSize);
}
