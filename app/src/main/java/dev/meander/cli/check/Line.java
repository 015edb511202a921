package dev.meander.cli.check;

/**
 * What one check found.
 *
 * @param subject what was looked at, e.g. {@code model}
 * @param what what was found
 * @param remedy what to do about it; empty when nothing needs to be done, or {@code what} says it
 */
public record Line(Level level, String subject, String what, String remedy) {
  /** How a thing stands. */
  public enum Level {
    OK,
    /** The run can begin, and may not be what was meant. */
    WARNING,
    /** The run cannot begin, or would be wasted. */
    PROBLEM,
    /** Something else must be right first. */
    NOT_TRIED
  }

  static Line ok(String subject, String what) {
    return new Line(Level.OK, subject, what, "");
  }

  static Line warning(String subject, String what, String remedy) {
    return new Line(Level.WARNING, subject, what, remedy);
  }

  static Line problem(String subject, String what, String remedy) {
    return new Line(Level.PROBLEM, subject, what, remedy);
  }

  /** Both in one sentence. */
  public String text() {
    return remedy.isEmpty() ? what : what + ": " + remedy;
  }
}
