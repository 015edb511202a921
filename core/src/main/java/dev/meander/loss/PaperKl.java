package dev.meander.loss;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.sampler.StepDistribution;
import org.bytedeco.pytorch.Tensor;

/**
 * The divergence of the two normal steps as a mean over the dimensions (arXiv 2505.05470): {@code
 * mean((mean - mean_ref)^2) / (2 std^2)}, where {@code std = s*sqrt(delta)} under Flow-SDE.
 */
@Variant("paper")
public record PaperKl(
    @Doc("The penalty's weight: 0.004 (GenEval, OCR), 0.001 (PickScore).") @Positive double beta)
    implements KlPenalty {
  public PaperKl {
    Rules.require(PaperKl.class, beta);
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
