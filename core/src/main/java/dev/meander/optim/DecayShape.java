package dev.meander.optim;

/** How a learning rate falls from its peak to 0. */
public enum DecayShape {
  /** Evenly. */
  LINEAR {
    @Override
    double remaining(double progress) {
      return 1 - progress;
    }
  },
  /** Fast at first: {@code 1 - sqrt(progress)}. */
  ONE_MINUS_SQRT {
    @Override
    double remaining(double progress) {
      return 1 - Math.sqrt(progress);
    }
  };

  /** The share of the peak that is left, for {@code progress} in 0 to 1. */
  abstract double remaining(double progress);
}
