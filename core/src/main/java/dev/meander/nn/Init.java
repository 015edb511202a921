package dev.meander.nn;

/** How a new parameter starts when a model is not loaded but made. */
public sealed interface Init {
  /** Normal with mean 0 and the given standard deviation. */
  record Normal(double std) implements Init {}

  /** The same value everywhere. */
  record Constant(double value) implements Init {}

  /** Uniform in ±bound. */
  record Uniform(double bound) implements Init {}

  /** The given values, row-major; for buffers that are computed. */
  record Values(java.util.function.Supplier<float[]> values) implements Init {}

  Init ZEROS = new Constant(0);
  Init ONES = new Constant(1);

  /** Xavier/Glorot uniform for a matrix of {@code fanIn} inputs and {@code fanOut} outputs. */
  static Init xavier(long fanIn, long fanOut) {
    return new Uniform(Math.sqrt(6.0 / (fanIn + fanOut)));
  }
}
