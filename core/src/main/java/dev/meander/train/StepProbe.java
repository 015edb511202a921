package dev.meander.train;

import dev.meander.advantage.Statistics;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.image.Image;
import dev.meander.internal.report.Interval;
import dev.meander.internal.report.StepSpread;
import dev.meander.layout.Branches;
import dev.meander.layout.RolloutLayout;
import dev.meander.layout.RolloutPlan;
import dev.meander.model.Pipeline;
import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.NoiseLevel;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Scope;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how much the noise of one step alone moves the final reward (TempFlow-GRPO, arXiv
 * 2508.04324, its motivating figure): the step is drawn several times from the same latent, all
 * others follow the ODE.
 *
 * <p>Branches that leave the ODE's path at every step are just that, so one rollout probes all
 * steps.
 */
public final class StepProbe {
  private final TrainConfig config;
  private final Pipeline pipeline;
  private final int prompts;
  private final int draws;

  /**
   * Names a probe.
   *
   * @param prompts how many of the recipe's training prompts, each with one initial noise
   * @param draws the draws of every step
   * @throws UserError when these are too few
   */
  public StepProbe(TrainConfig config, Pipeline pipeline, int prompts, int draws) {
    if (prompts < 1 || draws < 2) {
      throw new UserError(
          "a probe needs at least 1 prompt and 2 draws, not %d and %d".formatted(prompts, draws));
    }
    this.config = config;
    this.pipeline = pipeline;
    this.prompts = prompts;
    this.draws = draws;
  }

  /** Measures every step but the last, whose noise would stay in the image. */
  public List<StepSpread> run(Progress.Source progress) {
    Rollout rollout = TrainingComponents.rollout(config, pipeline);
    RolloutPlan plan = new Branches(draws, Branches.Trunk.ODE);
    StepRange window = new StepRange(0, config.sampling().steps() - 1);
    double[][] stds = new double[window.size()][prompts];
    double[] means = new double[window.size()];
    List<PromptGroup> groups =
        new GroupSampler(PromptSource.load(config.data().prompts()), draws, config.seed())
            .next(prompts);
    long images = (long) prompts * draws * window.size();
    try (RewardSet loaded = new RewardSet();
        RewardStage rewards = new RewardStage(config, loaded);
        Progress bar = progress.start("Probing", images, "images")) {
      for (int p = 0; p < prompts; p++) {
        PromptGroup group = groups.get(p);
        try (Scope scope = new Scope()) {
          RolloutLayout layout = plan.layout(List.of(group), window, false);
          List<Image> finished =
              rollout
                  .run(
                      layout,
                      GroupConditioning.encode(pipeline.prompts(), layout.groups()),
                      Rollout.Extras.NONE)
                  .images();
          double[] scores = rewards.total(layout, finished);
          for (int j = 0; j < stds.length; j++) {
            double[] drawn = new double[draws];
            for (int i = 0; i < draws; i++) {
              drawn[i] = scores[layout.imageAfter(i, j)];
            }
            means[j] += Statistics.mean(drawn) / prompts;
            stds[j][p] = Statistics.sampleStd(drawn);
          }
        }
        bar.advance((long) draws * window.size());
      }
    }
    return spreads(rollout.schedule(), window, stds, means);
  }

  private List<StepSpread> spreads(
      SigmaSchedule schedule, StepRange window, double[][] stds, double[] means) {
    NoiseLevel noise = config.method().dynamics().noise();
    double[] weights = noise.meanOneStds(schedule, window);
    List<StepSpread> spreads = new ArrayList<>();
    for (int j = 0; j < stds.length; j++) {
      double half = Interval.of(stds[j], "prompts").map(Interval::half).orElse(Double.NaN);
      spreads.add(
          new StepSpread(
              j, schedule.sigma(j), Statistics.mean(stds[j]), half, means[j], weights[j]));
    }
    return spreads;
  }
}
