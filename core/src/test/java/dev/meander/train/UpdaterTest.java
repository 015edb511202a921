package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.advantage.Advantages;
import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.distributed.PartRange;
import dev.meander.event.Progress;
import dev.meander.layout.Chains;
import dev.meander.layout.LayoutPart;
import dev.meander.layout.RolloutLayout;
import dev.meander.loss.ClippedObjective;
import dev.meander.loss.GrpoLoss;
import dev.meander.loss.NoKl;
import dev.meander.loss.PaperKl;
import dev.meander.model.VelocityModel;
import dev.meander.optim.AdamW;
import dev.meander.optim.AdamWConfig;
import dev.meander.optim.ConstantRate;
import dev.meander.optim.GradClip;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.rollout.CleanLatents;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.rollout.Transitions;
import dev.meander.sampler.FlowSde;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.StepRange;
import dev.meander.schedule.StepWeight;
import dev.meander.schedule.UniformWeight;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.Conditioning;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** A velocity of one weight, {@code v = w * latent}: 4 samples of 3 numbers, one step. */
class UpdaterTest {
  private static final float[] LATENTS = {1, 2, 3, -1, 1, 2, 4, -2, 1, 2, 2, -3};
  private static final float[] NEXT = {2, 1, 3, -2, 1, 1, 3, -1, 0, 2, 1, -2};
  private static final double TINY = 1e-30; // counts as an advantage and moves nothing

  /** The weight after one update, and how many pairs it took. */
  private record Result(float weight, long pairs) {}

  private static Result update(GrpoLoss loss, double... advantages) {
    return update(new UniformWeight(), loss, advantages);
  }

  private static Result update(StepWeight weight, GrpoLoss loss, double... advantages) {
    try (Scope scope = new Scope()) {
      Tensor w = Tensors.of(new float[] {0.5f}, 1);
      w.set_requires_grad(true);
      VelocityModel model =
          new VelocityModel() {
            @Override
            public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
              return latent.mul(w);
            }

            @Override
            public Map<String, Tensor> tensors() {
              return Map.of("w", w);
            }
          };
      SigmaSchedule schedule = new StaticShift(3).schedule(4);
      // Not scale-free like Adam's usual epsilon: a wrong share of the gradient must show.
      AdamWConfig optimizer = new AdamWConfig(0.9, 0.999, 1, 0);
      AdamW adam = new AdamW(Map.of("w", w), optimizer);
      TrainConfig.Update config =
          new TrainConfig.Update(
              1,
              1,
              3,
              new ConstantRate(10, 0),
              optimizer,
              new GradClip(1e9),
              false,
              Optional.empty());
      Updater updater =
          new Updater(
              new GuidedVelocity(model, 1, 3.5),
              new FlowSde(0.7),
              schedule,
              weight,
              loss,
              config,
              Map.of("w", w),
              adam,
              Optional.empty(),
              Engine.workers(),
              TrainConfig.Sum.EXACT,
              new Alone(),
              new long[] {1, 1, 3});
      double[][] values = new double[4][1];
      boolean[][] kept = new boolean[4][1];
      for (int i = 0; i < 4; i++) {
        values[i][0] = advantages[i];
        kept[i][0] = true;
      }
      Updater.Outcome outcome =
          updater.update(
              rollout(),
              prompts(),
              new Advantages(values, 0),
              kept,
              0,
              config.learningRate()::at,
              Progress.Source.SILENT);
      return new Result(Autograd.noGrad(() -> Tensors.floats(w))[0], outcome.pairs());
    }
  }

  private static SharedRollout rollout() {
    Tensor before = Tensors.of(LATENTS, 4, 1, 1, 3);
    Tensor after = Tensors.of(NEXT, 4, 1, 1, 3);
    Transitions transitions =
        new Transitions(
            List.of(before),
            List.of(after),
            List.of(Tensors.of(new float[] {-1, -1, -1, -1}, 4)),
            Optional.empty(),
            Optional.of(List.of(before)));
    List<PromptGroup> groups =
        List.of(
            new PromptGroup(0, Prompt.of("0", "a"), 2), new PromptGroup(1, Prompt.of("1", "b"), 2));
    RolloutLayout layout = new Chains(0).layout(groups, new StepRange(1, 2), false);
    List<LayoutPart> parts = layout.parts(1, 1);
    Rollout.Result result =
        new Rollout.Result(
            layout, transitions, new CleanLatents(List.of()), List.of(), new Rollout.Cost(0, 0));
    return new SharedRollout(
        layout, parts, new PartRange(0, 1), List.of(new SampledPart(parts.get(0), result)));
  }

  private static GroupConditioning prompts() {
    Conditioning none =
        new Conditioning(Tensors.of(new float[2], 2, 1, 1), Tensors.of(new float[2], 2, 1));
    return new GroupConditioning(none, none);
  }

  private static final GrpoLoss PLAIN = new GrpoLoss(new ClippedObjective(1e9), new NoKl());

  @Test
  void pairsWithoutAdvantageAreLeftOutAndStillCountInTheMean() {
    Result all = update(PLAIN, 1, -0.5, TINY, TINY);
    Result some = update(PLAIN, 1, -0.5, 0, 0);

    assertThat(all.pairs()).isEqualTo(4);
    assertThat(some.pairs()).isEqualTo(2);
    assertThat(some.weight()).isCloseTo(all.weight(), within(1e-6f)).isNotEqualTo(0.5f);
    assertThat(update(PLAIN, 1, -0.5, 1, 1).weight()).isNotCloseTo(all.weight(), within(1e-3f));
  }

  @Test
  void aStepWeightThatLeavesStepsOutIsNamed() {
    StepWeight none = (noise, schedule, steps) -> new double[0];
    assertThatThrownBy(() -> update(none, PLAIN, 1, 1, 1, 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("must give 1 weights, one for each trained step, not 0");
  }

  @Test
  void aPenaltyNeedsThemAll() {
    GrpoLoss penalised = new GrpoLoss(new ClippedObjective(1e9), new PaperKl(0.1));

    assertThat(update(penalised, 1, -0.5, 0, 0).pairs()).isEqualTo(4);
  }

  @Test
  void whereNothingHasAnAdvantageTheWeightsStay() {
    Result nothing = update(PLAIN, 0, 0, 0, 0);

    assertThat(nothing.weight()).isEqualTo(0.5f);
    assertThat(nothing.pairs()).isEqualTo(4);
  }
}
