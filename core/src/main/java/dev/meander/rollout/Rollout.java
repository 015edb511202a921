package dev.meander.rollout;

import dev.meander.prompt.PromptGroup;
import dev.meander.reward.Reward;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Autograd;
import dev.meander.text.Prompts;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Samples groups of images by a plan: stochastic steps within a window, the ODE elsewhere.
 *
 * @param velocity the policy network with its guidance
 * @param dynamics of the stochastic steps
 * @param schedule noise levels
 * @param plan where trunks branch
 * @param noise of every sample
 * @param prompts the text encoders, or what they said before
 * @param decoder latents to images
 * @param latentShape [C, H, W]
 * @param batchSize latents in one pass of the network
 * @param packing which latents share a pass
 */
public record Rollout(
    GuidedVelocity velocity,
    StochasticDynamics dynamics,
    SigmaSchedule schedule,
    RolloutPlan plan,
    NoiseStream noise,
    Prompts prompts,
    Decoder decoder,
    long[] latentShape,
    int batchSize,
    Packing packing) {

  /**
   * What a method needs beside every transition's latents and log-density.
   *
   * @param completions whether the ODE also finishes the latents before and after every transition
   *     of a trunk
   * @param means whether the means of the transitions are kept
   * @param reference evaluated at every transition when present
   */
  public record Extras(boolean completions, boolean means, Optional<ReferencePolicy> reference) {
    public static final Extras NONE = new Extras(false, false, Optional.empty());
  }

  /** The same rollout in other passes. */
  public Rollout packed(Packing other) {
    return new Rollout(
        velocity, dynamics, schedule, plan, noise, prompts, decoder, latentShape, batchSize, other);
  }

  /**
   * Samples every row of every group; the result's tensors belong to the caller's scope.
   *
   * @param window the stochastic steps
   * @param finished receives the images of {@link Finals}, in that order, some at a time, while the
   *     rollout goes on
   */
  public Trajectories run(
      List<PromptGroup> groups,
      StepRange window,
      Extras extras,
      Consumer<List<Reward.Sample>> finished) {
    return Autograd.noGrad(() -> new Wavefront(this, groups, window, extras, finished).run());
  }

  /** As {@link #run(List, StepRange, Extras, Consumer)}, all images at the end. */
  public Trajectories run(List<PromptGroup> groups, StepRange window, Extras extras) {
    return run(groups, window, extras, images -> {});
  }
}
