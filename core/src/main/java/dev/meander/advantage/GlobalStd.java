package dev.meander.advantage;

import dev.meander.config.Variant;

/** The spread of the whole batch: groups with larger differences teach more. */
@Variant("global")
public record GlobalStd() implements StdScope {
  @Override
  public double std(double[] rewards, int[] group) {
    return Statistics.std(rewards);
  }
}
