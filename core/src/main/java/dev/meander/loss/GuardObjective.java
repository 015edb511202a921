package dev.meander.loss;

import dev.meander.config.Doc;
import dev.meander.config.Positive;
import dev.meander.config.Rules;
import dev.meander.config.Variant;
import dev.meander.sampler.FlowSde;
import dev.meander.sampler.StochasticDynamics;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * GRPO-Guard (arXiv 2510.22319): the log-ratio without its bias and on the same scale at every
 * step, and the gradient's scale evened out:
 *
 * <pre>
 *   ratio = exp((logProbNew - logProbOld + mean((meanNew - meanOld)^2) / (2 std^2)) * std)
 *   loss  = weight / delta * max(-A*ratio, -A*clip(ratio, 1-c, 1+c))
 * </pre>
 */
@Variant("guard")
public record GuardObjective(
    @Doc("How far the corrected ratio may leave 1; 1e-5 to 1e-3.") @Positive double clipRange)
    implements Objective {
  public GuardObjective {
    Rules.require(GuardObjective.class, clipRange);
  }

  @Override
  public boolean needsOldMean() {
    return true;
  }

  @Override
  public String problem(StochasticDynamics dynamics) {
    return dynamics instanceof FlowSde
        ? ""
        : "method.objective: guard corrects the normal log-density of flow_sde and is defined for"
            + " method.dynamics: flow_sde alone; use clipped";
  }

  @Override
  public PolicyTerm policy(StepBatch batch) {
    long n = batch.advantage().size(0);
    Tensor std = batch.current().std().reshape(n);
    Tensor moved =
        batch.current().mean().sub(batch.oldMean().orElseThrow()).square().flatten(1, -1).mean(1);
    Tensor bias = moved.div(std.square().mul(new Scalar(2.0)));
    Tensor logProb = batch.current().logProb(batch.next());
    Tensor ratio = logProb.sub(batch.oldLogProb()).add(bias).mul(std).exp();
    Tensor weight = batch.weight().div(batch.delta());
    return PolicyTerm.clipped(logProb, ratio, batch.advantage(), weight, clipRange);
  }
}
