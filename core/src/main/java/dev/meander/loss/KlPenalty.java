package dev.meander.loss;

import dev.meander.config.Variants;
import dev.meander.sampler.StepDistribution;
import org.bytedeco.pytorch.Tensor;

/** What keeps the trained network near the reference: the same network with its adapters off. */
@Variants({NoKl.class, FlowGrpoKl.class, PaperKl.class})
public interface KlPenalty {
  /** The factor of the penalty in the loss. */
  double beta();

  /** Whether the reference's mean has to be computed. */
  boolean needsReference();

  /**
   * The divergence of each step, before {@code beta}.
   *
   * @param current the step under the network that is being trained
   * @param referenceMean {@code [B, ...]}
   * @return {@code [B]}
   */
  Tensor divergence(StepDistribution current, Tensor referenceMean);
}
