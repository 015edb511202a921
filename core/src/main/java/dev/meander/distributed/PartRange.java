package dev.meander.distributed;

/**
 * The parts of one process: contiguous, and none when there are more processes than parts.
 *
 * @param from the first part
 * @param to the first part after them
 */
public record PartRange(int from, int to) {
  /**
   * The parts of process {@code rank} of {@code size}: {@code [parts * rank / size, parts * (rank +
   * 1) / size)}.
   */
  public static PartRange of(int parts, int rank, int size) {
    return new PartRange(
        (int) ((long) parts * rank / size), (int) ((long) parts * (rank + 1) / size));
  }
}
