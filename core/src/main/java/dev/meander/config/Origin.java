package dev.meander.config;

/**
 * Where a value was written.
 *
 * @param source a file, or a command-line option
 * @param line the line from 1, or 0 when lines mean nothing there
 */
record Origin(String source, int line) {
  /** The place, for a message whose headline names {@code headline} already. */
  String within(String headline) {
    if (!source.equals(headline)) {
      return line > 0 ? source + ", line " + line + ": " : source + ": ";
    }
    return line > 0 ? "line " + line + ": " : "";
  }
}
