package dev.meander.advantage;

import dev.meander.config.Variant;

/** The spread within the group: every group counts alike, however small its differences. */
@Variant("group")
public record GroupStd() implements StdScope {
  @Override
  public double std(double[] rewards, int[] group) {
    return Statistics.std(Statistics.select(rewards, group));
  }
}
