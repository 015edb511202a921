package dev.meander.advantage;

/** The spread within the group: every group counts alike, however small its differences. */
public record GroupStd() implements StdScope {
  @Override
  public double std(double[] rewards, int[] group) {
    return Statistics.std(Statistics.select(rewards, group));
  }
}
