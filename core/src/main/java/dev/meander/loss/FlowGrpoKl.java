package dev.meander.loss;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.sampler.StepDistribution;
import org.bytedeco.pytorch.Tensor;

/**
 * flow_grpo's scale: {@code mean((mean - mean_ref)^2) / (2 s^2)}, {@code s} without {@code
 * sqrt(delta)}. Under Flow-SDE about ten times smaller than {@link PaperKl}, so beta is ten times
 * larger; under CPS both agree.
 */
@Variant("flow_grpo")
public record FlowGrpoKl(
    @Doc("The penalty's weight: 0.04 (GenEval, OCR), 0.01 (PickScore).") @Positive double beta)
    implements KlPenalty {
  public FlowGrpoKl {
    Rules.require(FlowGrpoKl.class, beta);
  }

  @Override
  public boolean needsReference() {
    return true;
  }

  @Override
  public Tensor divergence(StepDistribution current, Tensor referenceMean) {
    return Divergence.between(current.mean(), referenceMean, current.noiseLevel());
  }
}
