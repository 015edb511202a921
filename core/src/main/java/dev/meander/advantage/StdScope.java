package dev.meander.advantage;

/** Over which samples the spread is taken that advantages are divided by. */
public sealed interface StdScope permits GroupStd, GlobalStd {
  /**
   * The spread for one group.
   *
   * @param rewards {@code [N]}, one step of the whole batch
   * @param group the indices of the group's samples
   */
  double std(double[] rewards, int[] group);
}
