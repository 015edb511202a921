package dev.meander.toybox;

import java.util.List;

/**
 * A small random stream that is a pure function of (seed, index): SplitMix64 (Steele, Lea and
 * Flood, OOPSLA 2014) started at a hash of both.
 */
public final class CounterRandom {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private long state;

  public CounterRandom(long seed, long index) {
    state = mix(mix(seed + GOLDEN) ^ (index * GOLDEN));
  }

  /** SplitMix64's finalizer: a bijection of 64 bits that spreads every input bit. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The next 64 bits. */
  public long nextLong() {
    state += GOLDEN;
    return mix(state);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1.0p-53;
  }

  /** Uniform in [low, high). */
  public double between(double low, double high) {
    return low + (high - low) * nextDouble();
  }

  /** Uniform in 0 to {@code bound - 1}; the bias of the multiply method is below bound / 2^53. */
  public int nextInt(int bound) {
    return (int) (nextDouble() * bound);
  }

  /** One item of a list that is not empty, each equally likely. */
  public <T> T pick(List<T> items) {
    return items.get(nextInt(items.size()));
  }
}
