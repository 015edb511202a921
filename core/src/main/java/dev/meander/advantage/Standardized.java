package dev.meander.advantage;

/**
 * Rewards relative to their groups, before any clamp.
 *
 * @param values {@code [N][n]}
 * @param silent {@code [groups][n]}: whether all rewards of that group at that step are equal
 */
record Standardized(double[][] values, boolean[][] silent) {
  /** Cuts the values at {@code +-limit} and counts what was cut and what is silent. */
  Advantages clamp(double limit) {
    double[][] clamped = new double[values.length][];
    int cut = 0;
    for (int i = 0; i < values.length; i++) {
      clamped[i] = new double[values[i].length];
      for (int j = 0; j < values[i].length; j++) {
        clamped[i][j] = Math.max(-limit, Math.min(limit, values[i][j]));
        cut += clamped[i][j] != values[i][j] ? 1 : 0;
      }
    }
    double count = (double) values.length * values[0].length;
    return new Advantages(clamped, silentRatio(), cut / count);
  }

  private double silentRatio() {
    int count = 0;
    for (boolean[] group : silent) {
      for (boolean step : group) {
        count += step ? 1 : 0;
      }
    }
    return count / ((double) silent.length * silent[0].length);
  }
}
