package dev.meander.random;

import java.util.List;

/**
 * The random numbers of one draw: a pure function of its {@link Domain}, seed and counters, so that
 * any draw can be repeated alone, whatever the batch, the order or the number of processes.
 *
 * <p>SplitMix64 from the draw's key; with {@link StrictMath} the numbers are the same on every
 * platform. Not safe for several threads.
 */
public final class RandomStream {
  private final long key;
  private long state;

  RandomStream(long key) {
    this.key = key;
    this.state = key;
  }

  /** The next 64 bits. */
  public long nextLong() {
    state += SplitMix.GAMMA;
    return SplitMix.mix(state);
  }

  /** Uniform in [0, 1), 53 bits. */
  public double nextDouble() {
    return SplitMix.unit(nextLong());
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

  /** The numbers 0 to {@code count - 1} in a random order (Fisher and Yates). */
  public int[] shuffled(int count) {
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** The next {@code n} independent standard normals. */
  public float[] normals(int n) {
    float[] out = new float[n];
    normals(out, 0, n);
    return out;
  }

  /**
   * Writes the next {@code n} independent standard normals into {@code out} from {@code offset}: of
   * every two uniforms Box and Muller make two normals.
   */
  public void normals(float[] out, int offset, int n) {
    for (int i = 0; i < n; i += 2) {
      double u = 1.0 - nextDouble();
      double v = nextDouble();
      double r = StrictMath.sqrt(-2.0 * StrictMath.log(u));
      out[offset + i] = (float) (r * StrictMath.cos(2 * StrictMath.PI * v));
      if (i + 1 < n) {
        out[offset + i + 1] = (float) (r * StrictMath.sin(2 * StrictMath.PI * v));
      }
    }
  }

  /** The uniform number in [0, 1) at a place, whatever was drawn from the stream before. */
  public double uniformAt(long place) {
    return SplitMix.unit(SplitMix.fold(key, place));
  }

  /** A hash of a text, for orders that nobody chose; not a stream. */
  public static long hash(String text) {
    long h = 0;
    for (int i = 0; i < text.length(); i++) {
      h = SplitMix.mix(h * 31 + text.charAt(i) + 1);
    }
    return h;
  }
}
