package dev.meander.internal.runs;

/**
 * A run's row in the table. A number that is not known is null.
 *
 * @param id its path within the folder
 * @param name the name of its recipe
 * @param method the method in a few words
 * @param group a text that is equal for runs that differ by their seed alone
 * @param evaluation a text that is equal for runs whose evaluations can be compared image by image
 * @param state the state of the process
 * @param step the last finished step
 * @param first the score of the evaluation before training
 * @param score the score of the last evaluation
 * @param best the best score of all evaluations
 * @param judged images of the last evaluation
 * @param reward the mean reward of the last rollout
 * @param images the images that were sampled for training
 * @param evaluations the evaluations of the network in sampling them
 * @param seconds the wall-clock time of all processes
 * @param updated the time of the last sign of life, in milliseconds since 1970
 * @param whole whether all lines have been read; before, sums are not known
 * @param doing what the process is at, where it tells
 */
public record RunSummary(
    String id,
    String name,
    String method,
    String seed,
    String group,
    String evaluation,
    State state,
    long step,
    long totalSteps,
    Double first,
    Double score,
    Double best,
    long bestStep,
    long judged,
    Double reward,
    Long images,
    Long evaluations,
    Double seconds,
    long warnings,
    long errors,
    long updated,
    boolean whole,
    Doing doing) {
  /** How a run stands. */
  public enum State {
    /** No line of metrics yet. */
    STARTING,
    RUNNING,
    /** Unfinished, and no sign of life for longer than its steps take. */
    SILENT,
    FAILED,
    /** Stopped by its user, who may go on with it. */
    STOPPED,
    FINISHED
  }

  /** How far the present piece of work is. */
  public record Doing(String label, long done, long total, String unit) {}
}
