package dev.meander.reward.remote;

import java.time.Duration;

/**
 * A circuit breaker: closed while a server answers, open for a while after some consecutive
 * failures, then half-open: a single request decides whether it closes again. Not safe for several
 * threads.
 */
final class Breaker {
  private final int threshold;
  private final long pause; // ns
  private int failures; // consecutive
  private State state = State.CLOSED;
  private long until; // ns, when open

  private enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  Breaker(int threshold, Duration pause) {
    this.threshold = threshold;
    this.pause = pause.toNanos();
  }

  /** Nanoseconds until a request is permitted; 0 or less for now. */
  long untilPermitted(long now) {
    return state == State.CLOSED ? 0 : until - now;
  }

  /** Whether a request may go out, which then must report its outcome. */
  boolean tryAcquire(long now) {
    if (state == State.CLOSED) {
      return true;
    }
    boolean permitted = state == State.OPEN && until - now <= 0;
    if (permitted) {
      state = State.HALF_OPEN;
    }
    return permitted;
  }

  /** Whether the single request is on its way that decides. */
  boolean isHalfOpen() {
    return state == State.HALF_OPEN;
  }

  void onSuccess() {
    failures = 0;
    state = State.CLOSED;
  }

  void onFailure(long now) {
    failures++;
    if (state == State.HALF_OPEN || state == State.CLOSED && failures >= threshold) {
      state = State.OPEN;
      until = now + pause;
    }
  }

  /** The request was given up before its outcome was known. */
  void release() {
    if (state == State.HALF_OPEN) {
      state = State.OPEN;
    }
  }
}
