package dev.meander.optim;

import java.util.function.DoubleUnaryOperator;

/** How a learning rate falls from its peak to 0. */
public enum DecayShape {
  /** Evenly. */
  LINEAR(progress -> 1 - progress),
  /** Fast at first: {@code 1 - sqrt(progress)}. */
  ONE_MINUS_SQRT(progress -> 1 - Math.sqrt(progress));

  private final DoubleUnaryOperator remaining;

  DecayShape(DoubleUnaryOperator remaining) {
    this.remaining = remaining;
  }

  /** The share of the peak that is left, for {@code progress} in 0 to 1. */
  double remaining(double progress) {
    return remaining.applyAsDouble(progress);
  }
}
