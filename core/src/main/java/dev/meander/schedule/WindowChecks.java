package dev.meander.schedule;

import dev.meander.config.UserError;

/** What every window demands of its numbers. */
final class WindowChecks {
  private WindowChecks() {}

  static void requireSize(int size) {
    if (size < 1) {
      throw new UserError("a window's size must be at least 1 step, not " + size);
    }
  }

  static void requireStart(int start) {
    if (start < 0) {
      throw new UserError("a window's first step must be at least 0, not " + start);
    }
  }
}
