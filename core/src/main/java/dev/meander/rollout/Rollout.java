package dev.meander.rollout;

import dev.meander.image.Image;
import dev.meander.layout.RolloutLayout;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.tensor.Autograd;
import java.util.List;
import java.util.Optional;

/**
 * Samples groups of images along the tree of a layout: stochastic steps within its window, the ODE
 * elsewhere.
 *
 * @param velocity the policy network with its guidance
 * @param dynamics the dynamics of the stochastic steps
 * @param schedule the noise levels
 * @param noise the noise of every sample
 * @param decoder what makes images of latents
 * @param latentShape [C, H, W]
 * @param batchSize the number of latents in one pass of the network
 */
public record Rollout(
    GuidedVelocity velocity,
    StochasticDynamics dynamics,
    SigmaSchedule schedule,
    NoiseStream noise,
    Decoder decoder,
    long[] latentShape,
    int batchSize) {

  /**
   * What a method needs beside every transition's latents and log-density.
   *
   * @param means whether the means of the transitions are kept
   * @param reference the policy that is evaluated at every transition, where there is one
   */
  public record Extras(boolean means, Optional<ReferencePolicy> reference) {
    public static final Extras NONE = new Extras(false, Optional.empty());
  }

  /**
   * What sampling took; the reference policy's own passes are not counted.
   *
   * @param passes how often the network was called
   * @param evaluations the number of latents that went through the network, in all passes together
   */
  public record Cost(long passes, long evaluations) {}

  /**
   * What a rollout leaves, one part for each of its readers.
   *
   * @param layout its tree, for everybody
   * @param transitions the transitions for the update
   * @param cleanLatents what the images were decoded from
   * @param images the images by the layout's numbers
   * @param cost what it took
   */
  public record Result(
      RolloutLayout layout,
      Transitions transitions,
      CleanLatents cleanLatents,
      List<Image> images,
      Cost cost) {}

  /**
   * Samples every row of the layout; the result's tensors belong to the caller's scope.
   *
   * @param prompts the encoded prompts of the layout's groups
   * @param listener hears how it goes
   */
  public Result run(
      RolloutLayout layout, GroupConditioning prompts, Extras extras, RolloutListener listener) {
    return Autograd.noGrad(() -> new Wavefront(this, layout, prompts, extras, listener).run());
  }

  /**
   * As {@link #run(RolloutLayout, GroupConditioning, Extras, RolloutListener)}, all images at the
   * end.
   */
  public Result run(RolloutLayout layout, GroupConditioning prompts, Extras extras) {
    return run(layout, prompts, extras, images -> {});
  }
}
