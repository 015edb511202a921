package dev.meander.event;

/**
 * Shows how far a piece of work has come; usable by anything that may take longer than two seconds.
 *
 * <pre>{@code
 * try (Progress progress = terminal.start("Drawing data", 5000, "images")) {
 *   for (...) {
 *     ...
 *     progress.advance(1);
 *   }
 * }
 * }</pre>
 *
 * <p>Safe to advance from several threads.
 */
public interface Progress extends AutoCloseable {
  /** Counts {@code n} more finished units. */
  void advance(long n);

  /** Ends the display. */
  @Override
  void close();

  /** Where progress is shown. */
  @FunctionalInterface
  interface Source {
    /** Shows nothing. */
    Source SILENT = (label, total, unit) -> new Silent();

    /**
     * Begins to show a piece of work.
     *
     * @param label what is done, e.g. {@code Evaluating 500 prompts}
     * @param total the units to do; 0 when unknown
     * @param unit what is counted, plural, e.g. {@code images}
     */
    Progress start(String label, long total, String unit);
  }

  /** Progress that nobody looks at. */
  record Silent() implements Progress {
    @Override
    public void advance(long n) {}

    @Override
    public void close() {}
  }
}
