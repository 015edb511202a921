package dev.meander.tensor;

/**
 * Counter-based standard normal noise: a pure function of its key, so a sample can be drawn alone,
 * whatever the batch, the packing or the number of processes.
 *
 * <p>The key's words are folded through SplitMix64's finaliser (Steele, Lea, Flood 2014) into a
 * stream seed; pairs of uniforms become normals by Box-Muller with {@link StrictMath}, so the
 * numbers are the same on every platform.
 */
public final class Noise {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Noise() {}

  /** Folds the words of a key, order mattering, into one well-mixed 64-bit value. */
  public static long key(long... words) {
    long h = GOLDEN;
    for (long w : words) {
      h = mix(h ^ mix(w + GOLDEN)) + GOLDEN;
    }
    return mix(h);
  }

  /** {@code n} independent standard normals of the stream {@code key}. */
  public static float[] normal(int n, long... key) {
    float[] out = new float[n];
    fill(out, 0, n, key);
    return out;
  }

  /**
   * Writes {@code n} standard normals of the stream {@code key} into {@code out} from {@code
   * offset}.
   */
  public static void fill(float[] out, int offset, int n, long... key) {
    long seed = key(key);
    for (int i = 0; i < n; i += 2) {
      double u = 1.0 - unit(mix(seed + GOLDEN * (i + 1)));
      double v = unit(mix(seed + GOLDEN * (i + 2)));
      double r = StrictMath.sqrt(-2.0 * StrictMath.log(u));
      out[offset + i] = (float) (r * StrictMath.cos(2 * StrictMath.PI * v));
      if (i + 1 < n) {
        out[offset + i + 1] = (float) (r * StrictMath.sin(2 * StrictMath.PI * v));
      }
    }
  }

  /** A uniform number in [0, 1) that belongs to {@code key}. */
  public static double uniform(long... key) {
    return unit(key(key));
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
