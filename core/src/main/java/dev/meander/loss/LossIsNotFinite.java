package dev.meander.loss;

/** A term of the loss became infinite or not a number; its message names the term and the step. */
public class LossIsNotFinite extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String term;
  private final int step;

  LossIsNotFinite(String term, int step, double value, int affected, int batch) {
    super(
        "the %s at sampling step %d is %s (%d of %d samples of the batch)"
            .formatted(term, step, value, affected, batch));
    this.term = term;
    this.step = step;
  }

  /** The first term, in order of computation, that went wrong. */
  public String term() {
    return term;
  }

  /** The step of the first sample that it went wrong for. */
  public int step() {
    return step;
  }
}
