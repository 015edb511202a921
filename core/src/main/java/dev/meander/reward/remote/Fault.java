package dev.meander.reward.remote;

import java.time.Duration;

/**
 * One request to one server brought no usable answer.
 *
 * <p>The message continues the server's name: "answered 500: out of memory".
 */
final class Fault extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean refused;
  private final Duration wait;

  private Fault(String message, boolean refused, Duration wait) {
    super(message, null, false, false);
    this.refused = refused;
    this.wait = wait;
  }

  /** It may go better next time. */
  static Fault passing(String message) {
    return new Fault(message, false, Duration.ZERO);
  }

  /** The server asked to be left alone for {@code wait}. */
  static Fault busy(String message, Duration wait) {
    return new Fault(message, false, wait);
  }

  /** The server understood and declined: the same request would be declined again. */
  static Fault refused(String message) {
    return new Fault(message, true, Duration.ZERO);
  }

  boolean isRefused() {
    return refused;
  }

  Duration atLeast() {
    return wait;
  }
}
