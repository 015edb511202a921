package dev.meander.loss;

import dev.meander.config.Variant;
import dev.meander.sampler.StepDistribution;
import org.bytedeco.pytorch.Tensor;

/** No penalty. */
@Variant("none")
public record NoKl() implements KlPenalty {
  @Override
  public double beta() {
    return 0;
  }

  @Override
  public boolean needsReference() {
    return false;
  }

  @Override
  public Tensor divergence(StepDistribution current, Tensor referenceMean) {
    throw new IllegalStateException("without a KL penalty there is no divergence");
  }
}
