package dev.meander.random;

/** The arithmetic of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014). */
final class SplitMix {
  /** The step of every stream, 2^64 over the golden ratio. */
  static final long GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix() {}

  /** The finaliser: a bijection of 64 bits that spreads every input bit. */
  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Words, their order mattering, as one well-mixed value. */
  static long fold(long... words) {
    long h = GAMMA;
    for (long w : words) {
      h = mix(h ^ mix(w + GAMMA)) + GAMMA;
    }
    return mix(h);
  }

  /** 53 bits as a number in [0, 1). */
  static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }
}
