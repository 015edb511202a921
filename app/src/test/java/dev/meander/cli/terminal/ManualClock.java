package dev.meander.cli.terminal;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves only when it is told to. */
final class ManualClock implements InstantSource {
  static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");

  private Instant now = START;

  @Override
  public Instant instant() {
    return now;
  }

  void pass(double seconds) {
    now = now.plus(Duration.ofMillis(Math.round(seconds * 1000)));
  }
}
