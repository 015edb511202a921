package dev.meander.loss;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import org.bytedeco.pytorch.Tensor;

/**
 * The clipped objective of PPO as Flow-GRPO uses it (arXiv 2505.05470):
 *
 * <pre>
 *   ratio = exp(logProbNew - logProbOld)
 *   loss  = weight * max(-A*ratio, -A*clip(ratio, 1-c, 1+c))
 * </pre>
 */
@Variant("clipped")
public record ClippedObjective(
    @Doc(
            "How far the ratio may leave 1; 1e-4 to 1e-5, because log-densities are means over dimensions.")
        @Positive
        double clipRange)
    implements Objective {
  public ClippedObjective {
    Rules.require(ClippedObjective.class, clipRange);
  }

  @Override
  public PolicyTerm policy(StepBatch batch) {
    Tensor logProb = batch.current().logProb(batch.next());
    Tensor ratio = logProb.sub(batch.oldLogProb()).exp();
    return PolicyTerm.clipped(logProb, ratio, batch.advantage(), batch.weight(), clipRange);
  }
}
