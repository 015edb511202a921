package dev.meander.loss;

import dev.meander.config.Variant;
import dev.meander.sampler.StepDistribution;
import org.bytedeco.pytorch.Tensor;

/**
 * The divergence of the two normal steps as a mean over the dimensions (arXiv 2505.05470): {@code
 * mean((mean - mean_ref)^2) / (2 std^2)}, where {@code std = s*sqrt(delta)} under Flow-SDE.
 *
 * @param beta 0.004 (GenEval, OCR), 0.001 (PickScore)
 */
@Variant("paper")
public record PaperKl(double beta) implements KlPenalty {
  public PaperKl {
    Divergence.requireBeta(beta);
  }

  @Override
  public boolean needsReference() {
    return true;
  }

  @Override
  public Tensor divergence(StepDistribution current, Tensor referenceMean) {
    return Divergence.between(current.mean(), referenceMean, current.std());
  }
}
