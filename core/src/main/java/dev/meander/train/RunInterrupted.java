package dev.meander.train;

/** The run was asked to stop, and has kept what it had. */
public final class RunInterrupted extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunInterrupted(String message) {
    super(message);
  }
}
