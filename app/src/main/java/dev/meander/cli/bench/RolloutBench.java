package dev.meander.cli.bench;

import dev.meander.event.Progress;
import dev.meander.image.Image;
import dev.meander.model.Pipeline;
import dev.meander.prompt.PromptGroup;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.rollout.Branches;
import dev.meander.rollout.Chains;
import dev.meander.rollout.Packing;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.RolloutPlan;
import dev.meander.rollout.Trajectories;
import dev.meander.schedule.FullWindow;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.Stages;
import dev.meander.train.TrainConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the wavefront with a rollout that goes step by step, on one group of 24 with every step
 * but the last stochastic.
 *
 * @param config whose model, schedule, dynamics and reward
 */
public record RolloutBench(TrainConfig config) {
  private static final int GROUP = 24;

  /**
   * One rollout.
   *
   * @param method named after its paper
   * @param passes of the network
   * @param evaluations latents that went through it
   * @param images finished
   * @param rewardDifference largest difference of an image's reward from the wavefront's
   */
  public record Result(
      String method,
      Packing packing,
      long passes,
      long evaluations,
      int images,
      double seconds,
      double rewardDifference) {}

  private record Method(String name, RolloutPlan plan, boolean completions) {}

  /** Measures both ways of packing for branches and for completed chains. */
  public List<Result> run(int threads, Progress.Source progress) {
    List<Method> methods =
        List.of(
            new Method("TempFlow-GRPO", new Branches(6, Branches.Trunk.ODE), false),
            new Method("TP-GRPO", new Chains(0), true));
    Engine.start(threads, config.workers());
    List<Result> results = new ArrayList<>();
    try (Pipeline pipeline = Models.load(config.model());
        Reward reward =
            Rewards.create(config.rewards().get(0).name(), config.rewards().get(0).config());
        Progress bar = progress.start("Rolling out", 2L * methods.size() + 1, "rollouts")) {
      PromptSet prompts = PromptSource.load(config.data().prompts());
      List<PromptGroup> groups = List.of(new PromptGroup(0, prompts.get(0), GROUP));
      sample(Stages.rollout(config, pipeline, new Chains(0)), groups, false, reward); // warms up
      bar.advance(1);
      for (Method method : methods) {
        Rollout rollout = Stages.rollout(config, pipeline, method.plan());
        float[] expected = null;
        for (Packing packing : Packing.values()) {
          Sampled sampled = sample(rollout.packed(packing), groups, method.completions(), reward);
          expected = expected == null ? sampled.scores() : expected;
          results.add(
              new Result(
                  method.name(),
                  packing,
                  sampled.cost().passes(),
                  sampled.cost().evaluations(),
                  sampled.scores().length,
                  sampled.seconds(),
                  difference(expected, sampled.scores())));
          bar.advance(1);
        }
      }
    }
    return results;
  }

  private record Sampled(Trajectories.Cost cost, float[] scores, double seconds) {}

  private Sampled sample(
      Rollout rollout, List<PromptGroup> groups, boolean completions, Reward reward) {
    StepRange window = new FullWindow().window(config.sampling().steps(), config.seed(), 0);
    try (Scope scope = new Scope()) {
      long start = System.nanoTime();
      Trajectories t =
          rollout.run(groups, window, new Rollout.Extras(completions, false, Optional.empty()));
      double seconds = (System.nanoTime() - start) / 1e9;
      List<Reward.Sample> samples = new ArrayList<>();
      for (Image image : inOrder(t)) {
        samples.add(new Reward.Sample(groups.get(0).prompt(), image));
      }
      return new Sampled(t.cost(), reward.score(samples), seconds);
    }
  }

  /** Row by row, whatever order they were finished in. */
  private static List<Image> inOrder(Trajectories t) {
    List<Image> images = new ArrayList<>();
    for (int row = 0; row < t.samples(); row++) {
      for (int image : t.finals().afterStep()[row]) {
        if (image >= 0) {
          images.add(t.finals().images().get(image));
        }
      }
    }
    return images;
  }

  private static double difference(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
