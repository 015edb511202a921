package dev.meander;

import dev.meander.config.UserError;
import dev.meander.generate.TrainedWeights;

/**
 * Who uses a model: one piece of work at a time, because an adapter changes the whole model. Images
 * wait for images; a training is long, so it refuses everybody else instead.
 */
final class Usage {
  private final String model;
  private String work = "";
  private boolean training;
  private int waiting;
  private boolean closed;

  Usage(String model) {
    this.model = model;
  }

  /** Waits for the images before; to be closed when the work is done. */
  synchronized TrainedWeights.Loan draw() {
    return begin("generating images", false);
  }

  /** Waits for the images before; to be closed when the run is over. */
  synchronized TrainedWeights.Loan train() {
    return begin("being trained", true);
  }

  private TrainedWeights.Loan begin(String what, boolean trains) {
    waiting++;
    try {
      while (!closed && !training && !work.isEmpty()) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the model " + model, e);
    } finally {
      waiting--;
    }
    if (closed) {
      throw new UserError("the model %s is closed; load it again".formatted(model));
    }
    if (training) {
      throw new UserError(
          "the model %s is being trained; use it when the run is over, or load it a second time"
              .formatted(model));
    }
    work = what;
    training = trains;
    return this::end;
  }

  private synchronized void end() {
    work = "";
    training = false;
    notifyAll();
  }

  /**
   * Ends all use.
   *
   * @return whether it had not ended before
   * @throws UserError when the model is in use
   */
  synchronized boolean close() {
    if (!work.isEmpty() || waiting > 0) {
      throw new UserError(
          "the model %s cannot be closed while it is %s; close it when that is over"
              .formatted(model, work.isEmpty() ? "waited for" : work));
    }
    boolean first = !closed;
    closed = true;
    return first;
  }
}
