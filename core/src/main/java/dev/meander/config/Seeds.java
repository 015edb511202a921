package dev.meander.config;

/**
 * Derives seeds that look independent from a run's seed and plain counters, so that any draw can be
 * repeated from its position alone.
 *
 * <p>The numbers are part of the resume format: the same inputs give the same seed on every Java
 * version and platform.
 */
public final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private Seeds() {}

  /** One seed for a run's seed and the counters that name the draw, in order. */
  public static long derive(long seed, long... counters) {
    long state = mix(seed);
    for (long counter : counters) {
      state = mix(31 * state + mix(counter));
    }
    return state;
  }

  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection that spreads nearby inputs.
  private static long mix(long z) {
    z += GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
