package dev.meander.train;

import dev.meander.layout.RolloutLayout;
import dev.meander.model.Pipeline;
import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Scope;
import dev.meander.text.Prompts;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What the rewards cost a rollout of a recipe, which scores while it samples.
 *
 * @param images the images of the rollout, all of them scored
 * @param seconds the seconds of sampling and scoring
 * @param waiting the part of it after sampling, until the last score was there, in seconds
 * @param scoring the same images by all rewards alone, in seconds
 */
public record RewardTiming(int images, double seconds, double waiting, double scoring) {
  /** The share of the rollout that waits for rewards. */
  public double share() {
    return waiting / seconds;
  }

  /** Measures one rollout, after one of a single prompt that does not count. */
  public static RewardTiming measure(TrainConfig config, Pipeline pipeline) {
    GroupSampler sampler =
        new GroupSampler(
            PromptSource.load(config.data().prompts()), config.data().groupSize(), config.seed());
    Rollout rollout = TrainingComponents.rollout(config, pipeline);
    try (RewardSet loaded = new RewardSet();
        RewardStage rewards = new RewardStage(config, loaded)) {
      measure(config, rewards, rollout, pipeline.prompts(), sampler.next(1));
      return measure(
          config,
          rewards,
          rollout,
          pipeline.prompts(),
          sampler.next(config.data().promptsPerRollout()));
    }
  }

  private static RewardTiming measure(
      TrainConfig config,
      RewardStage rewards,
      Rollout rollout,
      Prompts encoder,
      List<PromptGroup> groups) {
    StepRange window = config.method().window().window(config.sampling().steps(), config.seed(), 0);
    RolloutLayout layout =
        config.method().plan().layout(groups, window, config.method().credit().needsCompletions());
    try (Scope scope = new Scope()) {
      long started = System.nanoTime();
      int[] all = IntStream.range(0, layout.images()).toArray();
      Scoring scoring = rewards.scoring(layout, all, doing -> {});
      Rollout.Result result =
          rollout.run(
              layout,
              GroupConditioning.encode(encoder, groups),
              Rollout.Extras.NONE,
              scoring::accept);
      scoring.scores();
      double seconds = since(started);
      long alone = System.nanoTime();
      rewards.total(layout, result.images());
      return new RewardTiming(all.length, seconds, scoring.waited(), since(alone));
    }
  }

  private static double since(long started) {
    return (System.nanoTime() - started) / 1e9;
  }
}
