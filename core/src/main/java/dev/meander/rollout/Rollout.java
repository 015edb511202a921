package dev.meander.rollout;

import dev.meander.prompt.PromptGroup;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.Ode;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import dev.meander.text.PromptEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * Samples groups of images with a window of stochastic steps, the ODE elsewhere (Flow-GRPO, arXiv
 * 2505.05470; windows: MixGRPO, arXiv 2507.21802).
 *
 * @param velocity the policy network with its guidance
 * @param dynamics of the stochastic steps
 * @param schedule noise levels
 * @param noise of every sample
 * @param prompts the text encoders
 * @param decoder latents to images
 * @param latentShape [C, H, W]
 * @param batchSize samples in one pass of the network
 */
public record Rollout(
    GuidedVelocity velocity,
    StochasticDynamics dynamics,
    SigmaSchedule schedule,
    NoiseStream noise,
    PromptEncoder prompts,
    Decoder decoder,
    long[] latentShape,
    int batchSize) {
  private static final Ode ODE = new Ode();

  /** One sample: a member of a group. */
  private record Member(PromptGroup group, int index) {}

  /** The trajectory tensors of one slice of the samples. */
  private record Slice(
      List<Tensor> latents, List<Tensor> logProbs, List<Tensor> references, Tensor clean) {}

  /**
   * Samples every member of every group; the result's tensors belong to the caller's scope.
   *
   * @param window the stochastic steps
   * @param reference evaluated at every stochastic step when present
   */
  public Trajectories run(
      List<PromptGroup> groups, StepRange window, Optional<ReferencePolicy> reference) {
    return Autograd.noGrad(() -> sample(groups, window, reference));
  }

  private Trajectories sample(
      List<PromptGroup> groups, StepRange window, Optional<ReferencePolicy> reference) {
    List<Member> members = members(groups);
    int n = members.size();
    Conditioning conditioning = encode(groups);
    Conditioning negative = prompts.encode(Collections.nCopies(n, ""));
    List<Slice> slices = new ArrayList<>();
    for (int at = 0; at < n; at += batchSize) {
      int count = Math.min(batchSize, n - at);
      try (Scope scope = new Scope()) {
        Slice slice =
            slice(
                members.subList(at, at + count),
                conditioning.narrow(at, count),
                negative.narrow(at, count),
                window,
                reference);
        slice.latents().forEach(scope::keep);
        slice.logProbs().forEach(scope::keep);
        slice.references().forEach(scope::keep);
        slices.add(
            new Slice(
                slice.latents(), slice.logProbs(), slice.references(), scope.keep(slice.clean())));
      }
    }
    return new Trajectories(
        groups,
        members.stream().mapToLong(m -> m.group().groupId()).toArray(),
        window,
        join(slices.stream().map(Slice::latents).toList()),
        join(slices.stream().map(Slice::logProbs).toList()),
        reference.map(r -> join(slices.stream().map(Slice::references).toList())),
        conditioning,
        negative,
        decoder.decode(Tensors.cat(0, slices.stream().map(Slice::clean).toArray(Tensor[]::new))));
  }

  private Slice slice(
      List<Member> members,
      Conditioning prompt,
      Conditioning negative,
      StepRange window,
      Optional<ReferencePolicy> reference) {
    List<Tensor> latents = new ArrayList<>();
    List<Tensor> logProbs = new ArrayList<>();
    List<Tensor> references = new ArrayList<>();
    Tensor latent = initial(members);
    for (int k = 0; k < schedule.steps(); k++) {
      try (Scope scope = new Scope()) {
        int[] steps = new int[members.size()];
        Arrays.fill(steps, k);
        StepTimes times = StepTimes.of(schedule, steps);
        Tensor now = latent;
        Tensor v = velocity.velocity(now, times.sigma(), prompt, negative);
        if (!window.contains(k)) {
          latent = scope.keep(ODE.step(now, times, v).mean());
          continue;
        }
        if (latents.isEmpty()) {
          latents.add(now);
        }
        StepDistribution step = dynamics.step(now, times, v);
        latent = scope.keep(step.sample(stepNoise(members, k)));
        latents.add(latent);
        logProbs.add(scope.keep(step.logProb(latent)));
        reference.ifPresent(
            policy ->
                references.add(
                    scope.keep(
                        policy.under(
                            () ->
                                dynamics
                                    .step(
                                        now,
                                        times,
                                        velocity.velocity(now, times.sigma(), prompt, negative))
                                    .mean()))));
      }
    }
    return new Slice(latents, logProbs, references, latent);
  }

  private Conditioning encode(List<PromptGroup> groups) {
    Conditioning each = prompts.encode(groups.stream().map(g -> g.prompt().text()).toList());
    long[] index = new long[groups.stream().mapToInt(PromptGroup::size).sum()];
    int at = 0;
    for (int g = 0; g < groups.size(); g++) {
      Arrays.fill(index, at, at + groups.get(g).size(), g);
      at += groups.get(g).size();
    }
    return each.select(Tensors.of(index, index.length));
  }

  private static List<Member> members(List<PromptGroup> groups) {
    List<Member> members = new ArrayList<>();
    for (PromptGroup group : groups) {
      for (int i = 0; i < group.size(); i++) {
        members.add(new Member(group, i));
      }
    }
    return members;
  }

  private Tensor initial(List<Member> members) {
    int dims = dims();
    float[] values = new float[members.size() * dims];
    for (int i = 0; i < members.size(); i++) {
      noise.initial(
          members.get(i).group().groupId(), members.get(i).index(), values, i * dims, dims);
    }
    return Tensors.of(values, shape(members.size()));
  }

  private Tensor stepNoise(List<Member> members, int step) {
    int dims = dims();
    float[] values = new float[members.size() * dims];
    for (int i = 0; i < members.size(); i++) {
      noise.step(
          members.get(i).group().groupId(), members.get(i).index(), step, values, i * dims, dims);
    }
    return Tensors.of(values, shape(members.size()));
  }

  private int dims() {
    return Math.toIntExact(latentShape[0] * latentShape[1] * latentShape[2]);
  }

  private long[] shape(long count) {
    return new long[] {count, latentShape[0], latentShape[1], latentShape[2]};
  }

  /** Concatenates the slices' tensors step by step. */
  private static List<Tensor> join(List<List<Tensor>> slices) {
    List<Tensor> joined = new ArrayList<>();
    for (int j = 0; j < slices.get(0).size(); j++) {
      final int step = j;
      joined.add(Tensors.cat(0, slices.stream().map(s -> s.get(step)).toArray(Tensor[]::new)));
    }
    return joined;
  }
}
