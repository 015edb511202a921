package dev.meander.reward.remote;

import java.time.Duration;

/**
 * A circuit breaker: after some faults in a row a server is left alone for a while, then a single
 * request tries it. Not safe for several threads.
 */
final class Breaker {
  private final int threshold;
  private final long pause; // ns
  private int faults; // in a row
  private boolean open;
  private long until; // ns, when open
  private boolean trying;

  Breaker(int threshold, Duration pause) {
    this.threshold = threshold;
    this.pause = pause.toNanos();
  }

  /** Nanoseconds until a request is welcome; 0 or less for now. */
  long untilWelcome(long now) {
    return open ? until - now : 0;
  }

  boolean isWelcome(long now) {
    return !open || !trying && until - now <= 0;
  }

  /** Whether the single request is on its way that decides how to go on. */
  boolean isTrying() {
    return trying;
  }

  void begin() {
    trying = open;
  }

  void answered() {
    faults = 0;
    open = false;
    trying = false;
  }

  void failed(long now) {
    faults++;
    if (trying || !open && faults >= threshold) {
      open = true;
      until = now + pause;
    }
    trying = false;
  }

  /** The request was given up before anything was known. */
  void abandoned() {
    trying = false;
  }
}
