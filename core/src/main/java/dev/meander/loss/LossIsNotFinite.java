package dev.meander.loss;

/**
 * A term of the loss became infinite or not a number; its message names the first such term, in
 * order of computation, and the step of the first sample that it went wrong for.
 */
public class LossIsNotFinite extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LossIsNotFinite(String term, int step, double value, int affected, int batch) {
    super(
        "the %s at sampling step %d is %s (%d of %d samples of the batch)"
            .formatted(term, step, value, affected, batch));
  }
}
