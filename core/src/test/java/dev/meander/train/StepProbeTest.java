package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.image.Image;
import dev.meander.internal.report.StepSpread;
import dev.meander.layout.Branches;
import dev.meander.layout.RolloutLayout;
import dev.meander.model.Pipeline;
import dev.meander.prompt.GroupSampler;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class StepProbeTest {
  private static final int DRAWS = 3;

  private static Pipeline pipeline(TrainConfig config) {
    Engine.start(config.threads(), config.workers());
    return Pipeline.load(config.model().directory(), ScalarType.Float, config.model().text());
  }

  @Test
  void eachStepIsProbedAsIfItAloneWereStochastic() {
    TrainConfig config = TinyRun.config();
    try (Pipeline pipeline = pipeline(config);
        RewardSet loaded = new RewardSet();
        RewardStage rewards = new RewardStage(config, loaded)) {
      List<StepSpread> probed =
          new StepProbe(config, pipeline, 2, DRAWS).run(Progress.Source.SILENT);

      assertThat(probed).hasSize(3);
      List<PromptGroup> groups =
          new GroupSampler(
                  PromptSource.load("src/test/resources/prompts/train.txt"), DRAWS, config.seed())
              .next(2);
      for (int k = 0; k < 3; k++) {
        double std = 0;
        double mean = 0;
        for (PromptGroup group : groups) {
          double[] drawn = alone(config, pipeline, rewards, group, k);
          double centre = (drawn[0] + drawn[1] + drawn[2]) / 3;
          double squares = 0;
          for (double value : drawn) {
            squares += (value - centre) * (value - centre);
          }
          std += Math.sqrt(squares / 2) / 2;
          mean += centre / 2;
        }
        assertThat(probed.get(k).step()).isEqualTo(k);
        assertThat(probed.get(k).std()).isCloseTo(std, within(1e-6)).isPositive();
        assertThat(probed.get(k).mean()).isCloseTo(mean, within(1e-6));
      }
      assertThat(probed.stream().mapToDouble(StepSpread::weight).average().orElseThrow())
          .isCloseTo(1, within(1e-12));
    }
  }

  private static double[] alone(
      TrainConfig config, Pipeline pipeline, RewardStage rewards, PromptGroup group, int k) {
    try (Scope scope = new Scope()) {
      RolloutLayout layout =
          new Branches(DRAWS, Branches.Trunk.ODE)
              .layout(List.of(group), new StepRange(k, k + 1), false);
      List<Image> images =
          TrainingComponents.rollout(config, pipeline)
              .run(
                  layout,
                  GroupConditioning.encode(pipeline.prompts(), layout.groups()),
                  Rollout.Extras.NONE)
              .images();
      double[] scores = rewards.total(layout, images);
      double[] drawn = new double[DRAWS];
      for (int i = 0; i < DRAWS; i++) {
        drawn[i] = scores[layout.lastImage(i)];
      }
      return drawn;
    }
  }

  @Test
  void withHardlyAnyNoiseThereIsHardlyAnySpread() {
    TrainConfig loud = TinyRun.config("method.dynamics={type: flow_sde, noise_level: 0.1}");
    TrainConfig quiet = TinyRun.config("method.dynamics={type: flow_sde, noise_level: 0.0001}");
    try (Pipeline pipeline = pipeline(loud)) {
      double much = new StepProbe(loud, pipeline, 1, 4).run(Progress.Source.SILENT).get(0).std();
      double little = new StepProbe(quiet, pipeline, 1, 4).run(Progress.Source.SILENT).get(0).std();

      assertThat(little).isLessThan(much / 20); // 8-bit images hide the rest
    }
  }

  @Test
  void oneDrawHasNoSpread() {
    TrainConfig config = TinyRun.config();
    try (Pipeline pipeline = pipeline(config)) {
      assertThatThrownBy(() -> new StepProbe(config, pipeline, 4, 1))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("2 draws");
    }
  }
}
