package dev.meander.cli.bench;

import dev.meander.event.Progress;
import dev.meander.layout.Branches;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.layout.RolloutPlan;
import dev.meander.model.Pipeline;
import dev.meander.prompt.PromptGroup;
import dev.meander.prompt.PromptSet;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.FullWindow;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.train.Models;
import dev.meander.train.PromptSource;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainingComponents;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares passes as wide as the recipe's batch with passes of 24 latents, as a loop over steps and
 * branches makes them; on one group of 24 with every step but the last stochastic.
 *
 * @param config the recipe whose model, schedule, dynamics and reward are used
 */
public record RolloutBench(TrainConfig config) {
  private static final int GROUP = 24;

  /**
   * One rollout.
   *
   * @param method the method's name, after its paper
   * @param batchSize the most latents in a pass
   * @param passes the passes of the network
   * @param evaluations the number of latents that went through it
   * @param images the images that were finished
   * @param rewardDifference the largest difference of an image's reward from that of the wide
   *     passes
   */
  public record Result(
      String method,
      int batchSize,
      long passes,
      long evaluations,
      int images,
      double seconds,
      double rewardDifference) {}

  private record Method(String name, RolloutPlan plan, boolean completions) {}

  /** Measures both widths for branches and for completed chains. */
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
      GroupConditioning prompt = GroupConditioning.encode(pipeline.prompts(), groups);
      Rollout wide = TrainingComponents.rollout(config, pipeline);
      StepRange window = new FullWindow().window(config.sampling().steps(), config.seed(), 0);
      sample(wide, new Chains(0).layout(groups, window, false), prompt, reward); // warms up
      bar.advance(1);
      for (Method method : methods) {
        RolloutLayout layout = method.plan().layout(groups, window, method.completions());
        float[] expected = null;
        for (Rollout rollout : List.of(wide, narrow(wide))) {
          Sampled sampled = sample(rollout, layout, prompt, reward);
          expected = expected == null ? sampled.scores() : expected;
          results.add(
              new Result(
                  method.name(),
                  rollout.batchSize(),
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

  private static Rollout narrow(Rollout wide) {
    return new Rollout(
        wide.velocity(),
        wide.dynamics(),
        wide.schedule(),
        wide.noise(),
        wide.decoder(),
        wide.latentShape(),
        GROUP);
  }

  private record Sampled(Rollout.Cost cost, float[] scores, double seconds) {}

  private static Sampled sample(
      Rollout rollout, RolloutLayout layout, GroupConditioning prompt, Reward reward) {
    try (Scope scope = new Scope()) {
      long start = System.nanoTime();
      Rollout.Result result = rollout.run(layout, prompt, Rollout.Extras.NONE);
      double seconds = (System.nanoTime() - start) / 1e9;
      List<Reward.Sample> samples =
          result.images().stream()
              .map(image -> new Reward.Sample(layout.groups().get(0).prompt(), image))
              .toList();
      return new Sampled(result.cost(), reward.score(samples), seconds);
    }
  }

  private static double difference(float[] a, float[] b) {
    double most = 0;
    for (int i = 0; i < a.length; i++) {
      most = Math.max(most, Math.abs(a[i] - b[i]));
    }
    return most;
  }
}
