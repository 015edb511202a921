package dev.meander.rollout;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Image;
import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.model.VelocityModel;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
import dev.meander.reward.Reward;
import dev.meander.rollout.Branches.Trunk;
import dev.meander.sampler.Cps;
import dev.meander.sampler.DanceSde;
import dev.meander.sampler.FlowSde;
import dev.meander.sampler.GuidedVelocity;
import dev.meander.sampler.Ode;
import dev.meander.sampler.OdeSampler;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.sampler.StochasticDynamics;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StepRange;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rollouts of the tiny pipeline against their definition, one sample and one step at a time. */
class WavefrontTest {
  private static final int T = 4;
  private static final int WIDE = 1000;
  private static final StepRange FULL = new StepRange(0, T - 1);
  private static final StepRange INNER = new StepRange(1, 3);
  private static final FlowSde SDE = new FlowSde(0.7);
  private static final NoiseStream NOISE = new NoiseStream(7);
  private static final PromptGroup CIRCLE = new PromptGroup(11, Prompt.of("0", "a red circle"), 4);
  private static final PromptGroup SQUARE =
      new PromptGroup(12, Prompt.of("1", "two blue squares"), 4);
  private static final PromptGroup AGAIN = new PromptGroup(13, Prompt.of("0", "a red circle"), 4);
  private static final List<PromptGroup> GROUPS = List.of(CIRCLE, SQUARE);
  private static final List<RolloutPlan> PLANS =
      List.of(new Chains(0), new Chains(2), new Branches(2, Trunk.ODE), new Branches(2, Trunk.SDE));

  private static Pipeline pipeline;
  private static SigmaSchedule schedule;
  private static GuidedVelocity velocity;
  private static Decoder decoder;
  private static long[] shape;
  private Scope scope;

  @BeforeAll
  static void load() {
    Engine.start(1, 1);
    pipeline = Pipeline.load(Fixture.of("pipe-sd3").directory(), ScalarType.Float, 2);
    schedule = pipeline.schedule(new long[] {4, 4, 6}).schedule(T);
    velocity = new GuidedVelocity(pipeline.transformer(), 2);
    shape = pipeline.latentShape(16, 24);
  }

  @AfterAll
  static void unload() {
    pipeline.close();
  }

  @BeforeEach
  void open() {
    scope = new Scope();
    decoder = new Decoder(pipeline.vae(), Engine.workers());
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void resultsDoNotDependOnTheBatchSize() {
    for (RolloutPlan plan : PLANS) {
      Trajectories wide = run(plan, GROUPS, INNER, true, 64);
      for (int batch : new int[] {1, 3}) {
        assertSame(plan + ", batch of " + batch, run(plan, GROUPS, INNER, true, batch), wide, 0);
      }
    }
  }

  @Test
  void imagesAreHandedOnWhileLaterPromptsAreSampled() {
    for (RolloutPlan plan : PLANS) {
      int[] passes = new int[1];
      Rollout rollout = counting(rollout(plan, SDE, CIRCLE.size()), passes);
      List<Integer> passesAt = new ArrayList<>();
      List<Reward.Sample> handed = new ArrayList<>();
      Trajectories t =
          rollout.run(
              GROUPS,
              INNER,
              extras(false),
              samples -> {
                passesAt.add(passes[0]);
                handed.addAll(samples);
              });
      assertThat(passesAt.get(0)).as(plan.toString()).isLessThan(passes[0]);
      assertThat(handed).hasSameSizeAs(t.finals().images());
      for (int i = 0; i < handed.size(); i++) {
        assertThat(handed.get(i).image()).isSameAs(t.finals().images().get(i));
        assertThat(handed.get(i).prompt()).isEqualTo(GROUPS.get(t.finals().groups()[i]).prompt());
      }
    }
  }

  @Test
  void stepByStepIsTheSameInManyPasses() {
    for (RolloutPlan plan : PLANS) {
      Rollout rollout = rollout(plan, SDE, WIDE);
      Trajectories wide = rollout.run(GROUPS, FULL, extras(true));
      Trajectories narrow = rollout.packed(Packing.STEP_BY_STEP).run(GROUPS, FULL, extras(true));
      assertSame(plan.toString(), narrow, wide, 0);
      assertThat(narrow.cost().evaluations()).isEqualTo(wide.cost().evaluations());
      assertThat(wide.cost().passes()).isEqualTo(schedule.steps());
      // One for each step of the trunk, of the ODE from its start and from each transition, at
      // most.
      assertThat(narrow.cost().passes())
          .isGreaterThan(wide.cost().passes())
          .isLessThanOrEqualTo(schedule.steps() * (FULL.size() + 2));
    }
  }

  @Test
  void resultsDoNotDependOnTheNumberOfWorkers() {
    Trajectories alone = run(new Branches(2, Trunk.SDE), GROUPS, INNER, true, 5);
    Engine.start(2, 2);
    try {
      Rollout split =
          new Rollout(
              new GuidedVelocity(new ParallelVelocity(pipeline.transformer(), Engine.workers()), 2),
              SDE,
              schedule,
              new Branches(2, Trunk.SDE),
              NOISE,
              pipeline.prompts(),
              new Decoder(pipeline.vae(), Engine.workers()),
              shape,
              5,
              Packing.WAVEFRONT);
      Trajectories parts = split.run(GROUPS, INNER, extras(true));
      assertSame("two workers", parts, alone, 0);
      assertThat(parts.cost()).isEqualTo(alone.cost());
    } finally {
      Engine.start(1, 1);
    }
  }

  @Test
  void aGroupAloneIsTheSameGroupAmongOthers() {
    for (RolloutPlan plan : PLANS) {
      Trajectories both = run(plan, GROUPS, FULL, true, WIDE);
      Trajectories alone = run(plan, List.of(SQUARE), FULL, true, WIDE);
      assertSame(plan.toString(), alone, both, CIRCLE.size());
      assertThat(alone.groupIds()).containsOnly(SQUARE.groupId());
    }
  }

  @Test
  void equalPromptsInTwoGroupsAreDrawnIndependently() {
    Trajectories t = run(new Chains(0), List.of(CIRCLE, AGAIN), FULL, false, WIDE);
    assertThat(t.groupIds()).containsExactly(11, 11, 11, 11, 13, 13, 13, 13);
    assertThat(row(t.before().get(0), 0)).isNotEqualTo(row(t.before().get(0), 4));
    assertThat(row(t.prompts().pooled(), 0)).isEqualTo(row(t.prompts().pooled(), 4));
  }

  @Test
  void chainsTakeEveryStepOnce() {
    for (StepRange window : List.of(FULL, INNER)) {
      Trajectories t = run(new Chains(0), GROUPS, window, false, WIDE);
      assertThat(t.cost()).isEqualTo(new Trajectories.Cost(T, 8 * T));
    }
    Trajectories single = run(new Chains(0), GROUPS, FULL, false, 1);
    assertThat(single.cost()).isEqualTo(new Trajectories.Cost(8 * T, 8 * T));
  }

  @Test
  void completionsOfChainsShareThePasses() {
    for (StepRange window : List.of(FULL, INNER)) {
      Trajectories t = run(new Chains(0), GROUPS, window, true, WIDE);
      long completions = T - 1 - window.start(); // before the first step
      completions += window.steps().limit(window.size() - 1).map(k -> T - 1 - k).sum();
      assertThat(t.cost()).isEqualTo(new Trajectories.Cost(T, 8 * (T + completions)));
    }
  }

  @Test
  void branchesTakeTheTrunkAndTheirOwnRest() {
    for (StepRange window : List.of(FULL, INNER)) {
      int rest = window.steps().map(k -> T - 1 - k).sum();
      int seeds = 4; // 2 groups of 4 / 2
      Trajectories plain = run(new Branches(2, Trunk.ODE), GROUPS, window, false, WIDE);
      assertThat(plain.cost())
          .isEqualTo(new Trajectories.Cost(T, seeds * (window.end() + 2L * rest)));
      Trajectories finished = run(new Branches(2, Trunk.ODE), GROUPS, window, true, WIDE);
      assertThat(finished.cost()).isEqualTo(new Trajectories.Cost(T, seeds * (T + 2L * rest)));
    }
  }

  @Test
  void aTrunkOfTheOdeStaysOnThePathOfPlainSampling() {
    for (StepRange window : List.of(FULL, INNER)) {
      Trajectories t = run(new Branches(2, Trunk.ODE), GROUPS, window, true, WIDE);
      List<Tensor> path = odePath(0, initial(t), t);
      for (int column = 0; column < window.size(); column++) {
        Tensor expected = path.get(window.start() + column);
        assertClose("before " + column, t.before().get(column), expected, 1e-5);
      }
    }
  }

  @Test
  void theCompletionBeforeTheFirstStepIsThePlainSample() {
    for (RolloutPlan plan : PLANS) {
      for (StepRange window : List.of(FULL, INNER)) {
        Trajectories t = run(plan, GROUPS, window, true, WIDE);
        Tensor clean =
            new OdeSampler(velocity, schedule).sample(initial(t), t.prompts(), t.negative());
        List<Image> expected = decoder.decode(clean);
        for (int i = 0; i < t.samples(); i++) {
          Image actual = t.finals().images().get(t.finals().beforeSteps()[i]);
          assertSame(plan + ", row " + i, actual, expected.get(i));
        }
        assertThat(expected.get(0).rgb()).isNotEqualTo(expected.get(4).rgb());
      }
    }
  }

  @Test
  void everyCompletionIsTheOdeFromAfterItsStep() {
    for (RolloutPlan plan : PLANS) {
      Trajectories t = run(plan, GROUPS, INNER, true, WIDE);
      for (int column = 0; column < INNER.size(); column++) {
        List<Tensor> path = odePath(INNER.start() + column + 1, t.after().get(column), t);
        List<Image> expected = decoder.decode(path.get(path.size() - 1));
        for (int i = 0; i < t.samples(); i++) {
          Image actual = t.finals().images().get(t.finals().afterStep()[i][column]);
          assertSame(plan + ", row " + i + ", column " + column, actual, expected.get(i));
        }
        assertThat(expected.get(0).rgb()).isNotEqualTo(expected.get(1).rgb());
      }
    }
  }

  @Test
  void chainsGoOnFromWhereTheyStepped() {
    Trajectories t = run(new Chains(0), GROUPS, FULL, true, 5);
    for (int column = 1; column < FULL.size(); column++) {
      assertThat(Tensors.floats(t.before().get(column)))
          .isEqualTo(Tensors.floats(t.after().get(column - 1)));
    }
  }

  @Test
  void aStochasticTrunkFollowsItsFirstBranch() {
    Trajectories t = run(new Branches(2, Trunk.SDE), GROUPS, FULL, true, 5);
    for (int column = 1; column < FULL.size(); column++) {
      for (int i = 0; i < t.samples(); i++) {
        assertThat(row(t.before().get(column), i))
            .isEqualTo(row(t.after().get(column - 1), i - i % 2));
      }
    }
  }

  @Test
  void branchesShareLatentAndMeanButNotNoise() {
    for (Trunk trunk : Trunk.values()) {
      Trajectories t = run(new Branches(2, trunk), GROUPS, FULL, false, WIDE);
      assertThat(t.noiseIds()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
      for (int column = 0; column < FULL.size(); column++) {
        for (int i = 0; i < t.samples(); i++) {
          int first = i - i % 2;
          assertThat(row(t.before().get(column), i)).isEqualTo(row(t.before().get(column), first));
          assertThat(row(t.means().orElseThrow().get(column), i))
              .isEqualTo(row(t.means().orElseThrow().get(column), first));
        }
        assertThat(distinctRows(t.before().get(column))).isEqualTo(4);
        assertThat(distinctRows(t.after().get(column))).isEqualTo(8);
      }
    }
  }

  @Test
  void chainsOfOneNoiseShareTheirInitialLatentAlone() {
    Trajectories one = run(new Chains(1), GROUPS, FULL, false, WIDE);
    assertThat(one.noiseIds()).containsOnly(0);
    assertThat(distinctRows(one.before().get(0))).isEqualTo(2);
    assertThat(distinctRows(one.after().get(0))).isEqualTo(8);
    Trajectories two = run(new Chains(2), GROUPS, FULL, false, WIDE);
    assertThat(two.noiseIds()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
    assertThat(distinctRows(two.before().get(0))).isEqualTo(4);
    Trajectories all = run(new Chains(0), GROUPS, FULL, false, WIDE);
    assertThat(all.noiseIds()).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(distinctRows(all.before().get(0))).isEqualTo(8);
  }

  @Test
  void storedDensitiesAreThoseOfTheStoredLatents() {
    for (StochasticDynamics dynamics : List.of(SDE, new Cps(0.7), new DanceSde(0.3))) {
      for (RolloutPlan plan : List.of(new Chains(0), new Branches(2, Trunk.SDE))) {
        Trajectories t = rollout(plan, dynamics, WIDE).run(GROUPS, FULL, extras(false));
        for (int column = 0; column < t.steps().length; column++) {
          StepDistribution step = step(dynamics, t, column);
          String what = dynamics + ", " + plan + ", column " + column;
          assertClose(what, t.means().orElseThrow().get(column), step.mean(), 1e-5);
          Tensor logProb = step.logProb(t.after().get(column));
          assertThat(Tensors.shape(t.logProbs().get(column))).containsExactly(8);
          assertClose(what, t.logProbs().get(column), logProb, 1e-4);
        }
      }
    }
  }

  @Test
  void drawnLatentsAreMeanPlusScaledNoise() {
    Trajectories t = run(new Branches(2, Trunk.ODE), GROUPS, INNER, false, WIDE);
    int dims = (int) (shape[0] * shape[1] * shape[2]);
    Tensor std = step(SDE, t, 1).std();
    for (int i = 0; i < t.samples(); i++) {
      float[] noise = new float[dims];
      long group = GROUPS.get(i / 4).groupId();
      NOISE.step(group, i % 4 / 2, INNER.start() + 1, i % 2, noise, 0, dims);
      Tensor expected =
          t.means()
              .orElseThrow()
              .get(1)
              .select(0, i)
              .add(std.select(0, i).mul(Tensors.of(noise, shape)));
      assertClose("row " + i, t.after().get(1).select(0, i), expected, 1e-6);
    }
  }

  @Test
  void finalsOfChainsWithoutCompletionsAreTheirEnds() {
    Trajectories t = run(new Chains(0), GROUPS, INNER, false, 5);
    assertThat(t.finals().images()).hasSize(8);
    assertThat(t.finals().beforeSteps()).containsOnly(-1);
    for (int i = 0; i < t.samples(); i++) {
      assertThat(t.finals().afterStep()[i][0]).isEqualTo(-1);
      assertThat(t.finals().last(i)).isNotNegative();
    }
    assertEveryImageIsNamed(t, IntStream.range(0, 8).map(t.finals()::last));
  }

  @Test
  void finalsOfBranchesAreAllOfThem() {
    for (Trunk trunk : Trunk.values()) {
      Trajectories t = run(new Branches(2, trunk), GROUPS, FULL, false, 5);
      assertThat(t.finals().images()).hasSize(8 * FULL.size());
      assertThat(t.finals().beforeSteps()).containsOnly(-1);
      assertEveryImageIsNamed(
          t, Arrays.stream(t.finals().afterStep()).flatMapToInt(Arrays::stream));
    }
  }

  @Test
  void finalsWithCompletionsHaveEveryRowAndTrunk() {
    for (RolloutPlan plan : PLANS) {
      Trajectories t = run(plan, GROUPS, FULL, true, 5);
      int trunks = 8 / plan.successors();
      assertThat(t.finals().images()).hasSize(8 * FULL.size() + trunks);
      IntStream before =
          IntStream.range(0, trunks).map(i -> t.finals().beforeSteps()[i * plan.successors()]);
      IntStream after = Arrays.stream(t.finals().afterStep()).flatMapToInt(Arrays::stream);
      assertEveryImageIsNamed(t, IntStream.concat(before, after));
      for (int i = 0; i < 8; i++) {
        int[] whole = t.finals().beforeSteps();
        assertThat(whole[i]).isEqualTo(whole[i - i % plan.successors()]);
      }
    }
  }

  @Test
  void theReferenceIsEvaluatedAtEveryTransition() {
    int[] calls = {0};
    ReferencePolicy same =
        new ReferencePolicy() {
          @Override
          public <R> R under(Supplier<R> work) {
            calls[0]++;
            return work.get();
          }
        };
    for (RolloutPlan plan : PLANS) {
      calls[0] = 0;
      Trajectories t =
          rollout(plan, SDE, WIDE)
              .run(GROUPS, FULL, new Rollout.Extras(true, true, Optional.of(same)));
      assertThat(calls[0]).isEqualTo(FULL.size());
      for (int column = 0; column < FULL.size(); column++) {
        Tensor reference = t.referenceMeans().orElseThrow().get(column);
        assertClose(plan.toString(), reference, t.means().orElseThrow().get(column), 1e-5);
      }
      assertThat(run(plan, GROUPS, INNER, false, WIDE).referenceMeans()).isEmpty();
    }
  }

  private static Rollout counting(Rollout rollout, int[] passes) {
    VelocityModel counted =
        new VelocityModel() {
          @Override
          public Tensor velocity(Tensor latent, Tensor sigma, Conditioning conditioning) {
            passes[0]++;
            return pipeline.transformer().velocity(latent, sigma, conditioning);
          }

          @Override
          public Map<String, Tensor> tensors() {
            return pipeline.transformer().tensors();
          }
        };
    return new Rollout(
        new GuidedVelocity(counted, 2),
        rollout.dynamics(),
        rollout.schedule(),
        rollout.plan(),
        rollout.noise(),
        rollout.prompts(),
        rollout.decoder(),
        rollout.latentShape(),
        rollout.batchSize(),
        rollout.packing());
  }

  private static Rollout rollout(RolloutPlan plan, StochasticDynamics dynamics, int batchSize) {
    return new Rollout(
        velocity,
        dynamics,
        schedule,
        plan,
        NOISE,
        pipeline.prompts(),
        decoder,
        shape,
        batchSize,
        Packing.WAVEFRONT);
  }

  private static Rollout.Extras extras(boolean completions) {
    return new Rollout.Extras(completions, true, Optional.empty());
  }

  private static Trajectories run(
      RolloutPlan plan,
      List<PromptGroup> groups,
      StepRange window,
      boolean completions,
      int batchSize) {
    return rollout(plan, SDE, batchSize).run(groups, window, extras(completions));
  }

  /** The transition of a column, computed again for all rows at once. */
  private static StepDistribution step(StochasticDynamics dynamics, Trajectories t, int column) {
    StepTimes times = times(t.steps()[column], t.samples());
    Tensor before = t.before().get(column);
    return dynamics.step(before, times, velocity(before, times, t));
  }

  /** The initial noise of every row. */
  private static Tensor initial(Trajectories t) {
    int dims = (int) (shape[0] * shape[1] * shape[2]);
    float[] values = new float[t.samples() * dims];
    for (int i = 0; i < t.samples(); i++) {
      NOISE.initial(t.groupIds()[i], (int) t.noiseIds()[i], values, i * dims, dims);
    }
    return Tensors.of(values, t.samples(), shape[0], shape[1], shape[2]);
  }

  /** {@code latents}, which are before step {@code from}, and those after every further step. */
  private static List<Tensor> odePath(int from, Tensor latents, Trajectories t) {
    List<Tensor> path = new ArrayList<>(List.of(latents));
    for (int k = from; k < T; k++) {
      Tensor x = path.get(path.size() - 1);
      StepTimes times = times(k, t.samples());
      path.add(new Ode().step(x, times, velocity(x, times, t)).mean());
    }
    return path;
  }

  private static StepTimes times(int step, int rows) {
    return StepTimes.of(
        schedule, Collections.nCopies(rows, step).stream().mapToInt(k -> k).toArray());
  }

  private static Tensor velocity(Tensor latents, StepTimes times, Trajectories t) {
    Conditioning prompts = t.prompts();
    return Autograd.noGrad(() -> velocity.velocity(latents, times.sigma(), prompts, t.negative()));
  }

  /** Asserts that {@code part} is what {@code whole} has from row {@code from} on. */
  private static void assertSame(String what, Trajectories part, Trajectories whole, int from) {
    int rows = part.samples();
    assertThat(part.noiseIds()).isEqualTo(Arrays.copyOfRange(whole.noiseIds(), from, from + rows));
    assertThat(part.groupIds()).isEqualTo(Arrays.copyOfRange(whole.groupIds(), from, from + rows));
    for (int c = 0; c < whole.steps().length; c++) {
      assertClose(what, part.before().get(c), rows(whole.before(), c, from, rows), 1e-5);
      assertClose(what, part.after().get(c), rows(whole.after(), c, from, rows), 1e-5);
      assertClose(
          what,
          part.means().orElseThrow().get(c),
          rows(whole.means().orElseThrow(), c, from, rows),
          1e-5);
      assertClose(what, part.logProbs().get(c), rows(whole.logProbs(), c, from, rows), 1e-4);
      for (int i = 0; i < rows; i++) {
        assertSame(
            what,
            part.finals().images().get(part.finals().afterStep()[i][c]),
            whole.finals().images().get(whole.finals().afterStep()[i + from][c]));
      }
    }
  }

  private static Tensor rows(List<Tensor> columns, int column, int from, int count) {
    return columns.get(column).narrow(0, from, count);
  }

  /** Equal but for the rounding to whole levels. */
  private static void assertSame(String what, Image actual, Image expected) {
    byte[] a = actual.rgb();
    byte[] e = expected.rgb();
    assertThat(a).as(what).hasSameSizeAs(e);
    for (int i = 0; i < e.length; i++) {
      assertThat(Math.abs((a[i] & 0xff) - (e[i] & 0xff))).as(what).isLessThanOrEqualTo(1);
    }
  }

  /** Asserts that {@code images} are all images, each once, in the groups of their rows. */
  private static void assertEveryImageIsNamed(Trajectories t, IntStream images) {
    int count = t.finals().images().size();
    assertThat(images.sorted().toArray()).isEqualTo(IntStream.range(0, count).toArray());
    assertThat(t.finals().groups()).hasSize(count);
    for (int i = 0; i < t.samples(); i++) {
      for (int image : t.finals().afterStep()[i]) {
        if (image >= 0) {
          assertThat(t.finals().groups()[image]).isEqualTo(i / 4);
        }
      }
      int start = t.finals().beforeSteps()[i];
      if (start >= 0) {
        assertThat(t.finals().groups()[start]).isEqualTo(i / 4);
      }
    }
  }

  private static float[] row(Tensor rows, int i) {
    return Tensors.floats(rows.select(0, i));
  }

  private static long distinctRows(Tensor rows) {
    return IntStream.range(0, (int) rows.size(0))
        .mapToObj(i -> Arrays.toString(row(rows, i)))
        .distinct()
        .count();
  }
}
