package dev.meander.rollout;

import dev.meander.random.Domain;

/**
 * The noise of every sample of a run, each a pure function of who it belongs to: a sample can be
 * drawn again alone, whatever the batch, the packing or the number of processes.
 *
 * @param seed the run's
 */
public record NoiseStream(long seed) {
  /**
   * The starting noise of one member of a group: {@code dims} standard normals into {@code out}
   * from {@code offset}.
   */
  public void initial(long groupId, int member, float[] out, int offset, int dims) {
    Domain.ROLLOUT_START.stream(seed, groupId, member).normals(out, offset, dims);
  }

  /**
   * The noise of one stochastic step of one member.
   *
   * @param branch which of the member's successors at that step
   */
  public void step(
      long groupId, int member, int step, int branch, float[] out, int offset, int dims) {
    Domain.ROLLOUT_STEP.stream(seed, groupId, member, step, branch).normals(out, offset, dims);
  }
}
