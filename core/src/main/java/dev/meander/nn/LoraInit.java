package dev.meander.nn;

/** How the A matrix of a low-rank adapter starts; B starts at zero, so the model is unchanged. */
public enum LoraInit {
  /** Normal with standard deviation {@code 1 / rank}: PEFT's {@code "gaussian"}. */
  GAUSSIAN,
  /**
   * Uniform in {@code ±1 / sqrt(in)}, which is Kaiming's for a slope of {@code sqrt(5)}: what PEFT
   * does when nothing is said.
   */
  PEFT_DEFAULT;

  /** The start of an A matrix of {@code in} inputs. */
  Init forA(int rank, long in) {
    return this == GAUSSIAN ? new Init.Normal(1.0 / rank) : new Init.Uniform(1 / Math.sqrt(in));
  }
}
