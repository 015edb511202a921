package dev.meander.advantage;

/** The spread of the whole batch: groups with larger differences teach more. */
public record GlobalStd() implements StdScope {
  @Override
  public double std(double[] rewards, int[] group) {
    return Statistics.std(rewards);
  }
}
