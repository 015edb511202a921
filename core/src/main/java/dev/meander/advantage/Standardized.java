package dev.meander.advantage;

/**
 * Rewards relative to their groups, before any clamp.
 *
 * @param values {@code [N][n]}
 * @param zeroStd {@code [groups][n]}: whether all rewards of that group at that step are equal
 */
record Standardized(double[][] values, boolean[][] zeroStd) {
  /** Cuts the values at {@code +-limit} and counts what has no spread. */
  Advantages clamp(double limit) {
    double[][] clamped = new double[values.length][];
    for (int i = 0; i < values.length; i++) {
      clamped[i] = new double[values[i].length];
      for (int j = 0; j < values[i].length; j++) {
        clamped[i][j] = Math.max(-limit, Math.min(limit, values[i][j]));
      }
    }
    return new Advantages(clamped, zeroStdRatio());
  }

  private double zeroStdRatio() {
    int count = 0;
    for (boolean[] group : zeroStd) {
      for (boolean step : group) {
        count += step ? 1 : 0;
      }
    }
    return count / ((double) zeroStd.length * zeroStd[0].length);
  }
}
