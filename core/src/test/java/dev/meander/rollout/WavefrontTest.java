package dev.meander.rollout;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.image.Image;
import dev.meander.layout.Branches;
import dev.meander.layout.Branches.Trunk;
import dev.meander.layout.Chains;
import dev.meander.layout.RolloutLayout;
import dev.meander.layout.RolloutPlan;
import dev.meander.model.ParallelVelocity;
import dev.meander.model.Pipeline;
import dev.meander.model.VelocityModel;
import dev.meander.prompt.Prompt;
import dev.meander.prompt.PromptGroup;
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
import dev.meander.tensor.Hardware;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
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
  private static final Rollout.Extras MEANS = new Rollout.Extras(true, Optional.empty());
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
    pipeline =
        Pipeline.load(Fixture.of("pipe-sd3").directory(), ScalarType.Float, TextOptions.tokens(2));
    schedule = pipeline.schedule(new long[] {4, 4, 6}).schedule(T);
    velocity = new GuidedVelocity(pipeline.transformer(), 2, 3.5);
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
      Rollout.Result wide = run(plan, GROUPS, INNER, true, 64);
      for (int batch : new int[] {1, 3}) {
        assertSame(plan + ", batch of " + batch, run(plan, GROUPS, INNER, true, batch), wide, 0);
      }
    }
  }

  @Test
  void theLayoutKnowsHowManyEvaluationsThereAre() {
    for (RolloutPlan plan : PLANS) {
      for (StepRange window : List.of(FULL, INNER, new StepRange(1, 2))) {
        for (boolean completions : new boolean[] {false, true}) {
          Rollout.Result t = run(plan, GROUPS, window, completions, WIDE);
          assertThat(t.layout().evaluations(T))
              .as("%s, %s, completions: %s", plan, window, completions)
              .isEqualTo(t.cost().evaluations());
        }
      }
    }
  }

  @Test
  void imagesAreHandedOnWhileLaterPromptsAreSampled() {
    for (RolloutPlan plan : PLANS) {
      int[] passes = new int[1];
      Rollout rollout = counting(rollout(SDE, CIRCLE.size()), passes);
      List<Integer> passesAt = new ArrayList<>();
      List<FinishedImage> handed = new ArrayList<>();
      RolloutLayout layout = plan.layout(GROUPS, INNER, false);
      Rollout.Result t =
          rollout.run(
              layout,
              encode(layout),
              MEANS,
              images -> {
                passesAt.add(passes[0]);
                handed.addAll(images);
              });
      assertThat(passesAt.get(0)).as(plan.toString()).isLessThan(passes[0]);
      assertThat(handed.stream().map(FinishedImage::index))
          .containsExactlyInAnyOrderElementsOf(
              IntStream.range(0, layout.images()).boxed().toList());
      for (FinishedImage image : handed) {
        assertThat(image.image()).isSameAs(t.images().get(image.index()));
        assertThat(image.group()).isEqualTo(layout.groupOfImage(image.index()));
      }
    }
  }

  @Test
  void aSingleImageIsHandedOnAndEveryPassIsTold() {
    PromptGroup one = new PromptGroup(11, CIRCLE.prompt(), 1);
    RolloutLayout layout = new Chains(0).layout(List.of(one), FULL, false);
    List<String> told = new ArrayList<>();
    RolloutListener listener =
        new RolloutListener() {
          @Override
          public void finished(List<FinishedImage> images) {
            images.forEach(image -> told.add("image " + image.index()));
          }

          @Override
          public void passed() {
            told.add("pass");
          }
        };
    rollout(SDE, 1).run(layout, encode(layout), MEANS, listener);
    assertThat(told).containsExactly("pass", "pass", "pass", "pass", "image 0");
  }

  @Test
  void aPartWithoutTrunksIsEmpty() {
    RolloutLayout layout = new Chains(0).layout(GROUPS, FULL, true).parts(11, 1).get(0).layout();
    Rollout.Result t = rollout(SDE, WIDE).run(layout, encode(layout), MEANS);
    assertThat(t.images()).isEmpty();
    assertThat(t.transitions().before()).isEmpty();
    assertThat(t.transitions().means().orElseThrow()).isEmpty();
    assertThat(t.cost()).isEqualTo(new Rollout.Cost(0, 0));
  }

  @Test
  void moreImagesThanASliceAreDecodedInOrder() {
    assertThat(Decoder.slice(Hardware.CPU, 64 * 64)).isEqualTo(8);
    assertThat(Decoder.slice(Hardware.CPU, 1024 * 1024)).isEqualTo(1);
    assertThat(Decoder.slice(Hardware.CUDA, 512 * 512)).isEqualTo(4);
    int slice = Decoder.slice(Hardware.CPU, 16 * 24);
    float[] values = new float[(int) (shape[0] * shape[1] * shape[2])];
    List<Tensor> three = new ArrayList<>();
    for (int member = 0; member < 3; member++) {
      NOISE.initial(1, member, values, 0, values.length);
      three.add(Tensors.of(values, shape));
    }
    List<Tensor> many = IntStream.range(0, slice + 2).mapToObj(i -> three.get(i % 3)).toList();
    List<Image> alone = decoder.decode(Tensors.stack(three, 0));
    List<Image> all = decoder.decode(Tensors.stack(many, 0));
    assertThat(all).hasSize(slice + 2);
    for (int i = 0; i < all.size(); i++) {
      assertSame("image " + i, all.get(i), alone.get(i % 3));
    }
  }

  @Test
  void resultsDoNotDependOnTheNumberOfWorkers() {
    Rollout.Result alone = run(new Branches(2, Trunk.SDE), GROUPS, INNER, true, 5);
    Engine.start(2, 2);
    try {
      Rollout split =
          new Rollout(
              new GuidedVelocity(
                  new ParallelVelocity(pipeline.transformer(), Engine.workers()), 2, 3.5),
              SDE,
              schedule,
              NOISE,
              new Decoder(pipeline.vae(), Engine.workers()),
              shape,
              5);
      RolloutLayout layout = alone.layout();
      Rollout.Result parts = split.run(layout, encode(layout), MEANS);
      assertSame("two workers", parts, alone, 0);
      assertThat(parts.cost()).isEqualTo(alone.cost());
    } finally {
      Engine.start(1, 1);
    }
  }

  @Test
  void aGroupAloneIsTheSameGroupAmongOthers() {
    for (RolloutPlan plan : PLANS) {
      Rollout.Result both = run(plan, GROUPS, FULL, true, WIDE);
      Rollout.Result alone = run(plan, List.of(SQUARE), FULL, true, WIDE);
      assertSame(plan.toString(), alone, both, CIRCLE.size());
      assertThat(alone.layout().groupIds()).containsOnly(SQUARE.groupId());
    }
  }

  @Test
  void equalPromptsInTwoGroupsAreDrawnIndependently() {
    Rollout.Result t = run(new Chains(0), List.of(CIRCLE, AGAIN), FULL, false, WIDE);
    assertThat(t.layout().groupIds()).containsExactly(11, 11, 11, 11, 13, 13, 13, 13);
    assertThat(row(t.transitions().before().get(0), 0))
        .isNotEqualTo(row(t.transitions().before().get(0), 4));
    assertThat(row(prompts(t).requirePooled(), 0)).isEqualTo(row(prompts(t).requirePooled(), 4));
  }

  @Test
  void chainsTakeEveryStepOnce() {
    for (StepRange window : List.of(FULL, INNER)) {
      Rollout.Result t = run(new Chains(0), GROUPS, window, false, WIDE);
      assertThat(t.cost()).isEqualTo(new Rollout.Cost(T, 8 * T));
    }
    Rollout.Result single = run(new Chains(0), GROUPS, FULL, false, 1);
    assertThat(single.cost()).isEqualTo(new Rollout.Cost(8 * T, 8 * T));
  }

  @Test
  void completionsOfChainsShareThePasses() {
    for (StepRange window : List.of(FULL, INNER)) {
      Rollout.Result t = run(new Chains(0), GROUPS, window, true, WIDE);
      // Every one leaves the chain at the step after its own, whose evaluation it shares.
      long completions = T - 1 - window.start(); // before the first step
      completions += window.steps().limit(window.size() - 1).map(k -> T - 2 - k).sum();
      assertThat(t.cost()).isEqualTo(new Rollout.Cost(T, 8 * (T + completions)));
    }
  }

  @Test
  void branchesTakeTheTrunkAndTheirOwnRest() {
    for (StepRange window : List.of(FULL, INNER)) {
      int rest = window.steps().map(k -> T - 1 - k).sum();
      int seeds = 4; // 2 groups of 4 / 2
      Rollout.Result plain = run(new Branches(2, Trunk.ODE), GROUPS, window, false, WIDE);
      assertThat(plain.cost()).isEqualTo(new Rollout.Cost(T, seeds * (window.end() + 2L * rest)));
      Rollout.Result finished = run(new Branches(2, Trunk.ODE), GROUPS, window, true, WIDE);
      assertThat(finished.cost()).isEqualTo(new Rollout.Cost(T, seeds * (T + 2L * rest)));
    }
  }

  @Test
  void aTrunkOfTheOdeStaysOnThePathOfPlainSampling() {
    for (StepRange window : List.of(FULL, INNER)) {
      Rollout.Result t = run(new Branches(2, Trunk.ODE), GROUPS, window, true, WIDE);
      List<Tensor> path = odePath(0, initial(t), t);
      for (int column = 0; column < window.size(); column++) {
        Tensor expected = path.get(window.start() + column);
        assertClose("before " + column, t.transitions().before().get(column), expected, 1e-5);
      }
    }
  }

  @Test
  void theCompletionBeforeTheFirstStepIsThePlainSample() {
    for (RolloutPlan plan : PLANS) {
      for (StepRange window : List.of(FULL, INNER)) {
        Rollout.Result t = run(plan, GROUPS, window, true, WIDE);
        Tensor clean =
            new OdeSampler(velocity, schedule).sample(initial(t), prompts(t), negative(t));
        List<Image> expected = decoder.decode(clean);
        for (int i = 0; i < t.layout().rows(); i++) {
          Image actual = t.images().get(t.layout().imageBefore(t.layout().trunk(i)));
          assertSame(plan + ", row " + i, actual, expected.get(i));
        }
        assertThat(expected.get(0).rgb()).isNotEqualTo(expected.get(4).rgb());
      }
    }
  }

  @Test
  void everyCompletionIsTheOdeFromAfterItsStep() {
    for (RolloutPlan plan : PLANS) {
      Rollout.Result t = run(plan, GROUPS, INNER, true, WIDE);
      for (int column = 0; column < INNER.size(); column++) {
        List<Tensor> path =
            odePath(INNER.start() + column + 1, t.transitions().after().get(column), t);
        List<Image> expected = decoder.decode(path.get(path.size() - 1));
        for (int i = 0; i < t.layout().rows(); i++) {
          Image actual = t.images().get(t.layout().imageAfter(i, column));
          assertSame(plan + ", row " + i + ", column " + column, actual, expected.get(i));
        }
        assertThat(expected.get(0).rgb()).isNotEqualTo(expected.get(1).rgb());
      }
    }
  }

  @Test
  void chainsGoOnFromWhereTheyStepped() {
    Rollout.Result t = run(new Chains(0), GROUPS, FULL, true, 5);
    for (int column = 1; column < FULL.size(); column++) {
      assertThat(Tensors.floats(t.transitions().before().get(column)))
          .isEqualTo(Tensors.floats(t.transitions().after().get(column - 1)));
    }
  }

  @Test
  void aStochasticTrunkFollowsItsFirstBranch() {
    Rollout.Result t = run(new Branches(2, Trunk.SDE), GROUPS, FULL, true, 5);
    for (int column = 1; column < FULL.size(); column++) {
      for (int i = 0; i < t.layout().rows(); i++) {
        assertThat(row(t.transitions().before().get(column), i))
            .isEqualTo(row(t.transitions().after().get(column - 1), i - i % 2));
      }
    }
  }

  @Test
  void branchesShareLatentAndMeanButNotNoise() {
    for (Trunk trunk : Trunk.values()) {
      Rollout.Result t = run(new Branches(2, trunk), GROUPS, FULL, false, WIDE);
      assertThat(t.layout().noiseIds()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
      for (int column = 0; column < FULL.size(); column++) {
        for (int i = 0; i < t.layout().rows(); i++) {
          int first = i - i % 2;
          assertThat(row(t.transitions().before().get(column), i))
              .isEqualTo(row(t.transitions().before().get(column), first));
          assertThat(row(t.transitions().means().orElseThrow().get(column), i))
              .isEqualTo(row(t.transitions().means().orElseThrow().get(column), first));
        }
        assertThat(distinctRows(t.transitions().before().get(column))).isEqualTo(4);
        assertThat(distinctRows(t.transitions().after().get(column))).isEqualTo(8);
      }
    }
  }

  @Test
  void chainsOfOneNoiseShareTheirInitialLatentAlone() {
    Rollout.Result one = run(new Chains(1), GROUPS, FULL, false, WIDE);
    assertThat(one.layout().noiseIds()).containsOnly(0);
    assertThat(distinctRows(one.transitions().before().get(0))).isEqualTo(2);
    assertThat(distinctRows(one.transitions().after().get(0))).isEqualTo(8);
    Rollout.Result two = run(new Chains(2), GROUPS, FULL, false, WIDE);
    assertThat(two.layout().noiseIds()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1);
    assertThat(distinctRows(two.transitions().before().get(0))).isEqualTo(4);
    Rollout.Result all = run(new Chains(0), GROUPS, FULL, false, WIDE);
    assertThat(all.layout().noiseIds()).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(distinctRows(all.transitions().before().get(0))).isEqualTo(8);
  }

  @Test
  void storedDensitiesAreThoseOfTheStoredLatents() {
    for (StochasticDynamics dynamics : List.of(SDE, new Cps(0.7), new DanceSde(0.3))) {
      for (RolloutPlan plan : List.of(new Chains(0), new Branches(2, Trunk.SDE))) {
        RolloutLayout layout = plan.layout(GROUPS, FULL, false);
        Rollout.Result t = rollout(dynamics, WIDE).run(layout, encode(layout), MEANS);
        for (int column = 0; column < t.layout().steps().length; column++) {
          StepDistribution step = step(dynamics, t, column);
          String what = dynamics + ", " + plan + ", column " + column;
          assertClose(what, t.transitions().means().orElseThrow().get(column), step.mean(), 1e-5);
          Tensor logProb = step.logProb(t.transitions().after().get(column));
          assertThat(Tensors.shape(t.transitions().logProbs().get(column))).containsExactly(8);
          assertClose(what, t.transitions().logProbs().get(column), logProb, 1e-4);
        }
      }
    }
  }

  @Test
  void drawnLatentsAreMeanPlusScaledNoise() {
    Rollout.Result t = run(new Branches(2, Trunk.ODE), GROUPS, INNER, false, WIDE);
    int dims = (int) (shape[0] * shape[1] * shape[2]);
    Tensor std = step(SDE, t, 1).std();
    for (int i = 0; i < t.layout().rows(); i++) {
      float[] noise = new float[dims];
      long group = GROUPS.get(i / 4).groupId();
      NOISE.step(group, i % 4 / 2, INNER.start() + 1, i % 2, noise, 0, dims);
      Tensor expected =
          t.transitions()
              .means()
              .orElseThrow()
              .get(1)
              .select(0, i)
              .add(std.select(0, i).mul(Tensors.of(noise, shape)));
      assertClose("row " + i, t.transitions().after().get(1).select(0, i), expected, 1e-6);
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
      RolloutLayout layout = plan.layout(GROUPS, FULL, true);
      Rollout.Result t =
          rollout(SDE, WIDE)
              .run(layout, encode(layout), new Rollout.Extras(true, Optional.of(same)));
      assertThat(calls[0]).isEqualTo(FULL.size());
      for (int column = 0; column < FULL.size(); column++) {
        Tensor reference = t.transitions().referenceMeans().orElseThrow().get(column);
        assertClose(
            plan.toString(), reference, t.transitions().means().orElseThrow().get(column), 1e-5);
      }
      assertThat(run(plan, GROUPS, INNER, false, WIDE).transitions().referenceMeans()).isEmpty();
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
        new GuidedVelocity(counted, 2, 3.5),
        rollout.dynamics(),
        rollout.schedule(),
        rollout.noise(),
        rollout.decoder(),
        rollout.latentShape(),
        rollout.batchSize());
  }

  private static Rollout rollout(StochasticDynamics dynamics, int batchSize) {
    return new Rollout(velocity, dynamics, schedule, NOISE, decoder, shape, batchSize);
  }

  private static GroupConditioning encode(RolloutLayout layout) {
    return GroupConditioning.encode(pipeline.prompts(), layout.groups());
  }

  private static Rollout.Result run(
      RolloutPlan plan,
      List<PromptGroup> groups,
      StepRange window,
      boolean completions,
      int batchSize) {
    RolloutLayout layout = plan.layout(groups, window, completions);
    return rollout(SDE, batchSize).run(layout, encode(layout), MEANS);
  }

  /** The transition of a column, computed again for all rows at once. */
  private static StepDistribution step(StochasticDynamics dynamics, Rollout.Result t, int column) {
    StepTimes times = times(t.layout().steps()[column], t.layout().rows());
    Tensor before = t.transitions().before().get(column);
    return dynamics.step(before, times, velocity(before, times, t));
  }

  /** The initial noise of every row. */
  private static Tensor initial(Rollout.Result t) {
    int dims = (int) (shape[0] * shape[1] * shape[2]);
    float[] values = new float[t.layout().rows() * dims];
    for (int i = 0; i < t.layout().rows(); i++) {
      NOISE.initial(
          t.layout().groupIds()[i], (int) t.layout().noiseIds()[i], values, i * dims, dims);
    }
    return Tensors.of(values, t.layout().rows(), shape[0], shape[1], shape[2]);
  }

  /** {@code latents}, which are before step {@code from}, and those after every further step. */
  private static List<Tensor> odePath(int from, Tensor latents, Rollout.Result t) {
    List<Tensor> path = new ArrayList<>(List.of(latents));
    for (int k = from; k < T; k++) {
      Tensor x = path.get(path.size() - 1);
      StepTimes times = times(k, t.layout().rows());
      path.add(Ode.step(x, times, velocity(x, times, t)));
    }
    return path;
  }

  private static StepTimes times(int step, int rows) {
    return StepTimes.of(
        schedule, Collections.nCopies(rows, step).stream().mapToInt(k -> k).toArray());
  }

  private static Tensor velocity(Tensor latents, StepTimes times, Rollout.Result t) {
    Conditioning prompts = prompts(t);
    return Autograd.noGrad(() -> velocity.velocity(latents, times.sigma(), prompts, negative(t)));
  }

  /** Asserts that {@code part} is what {@code whole} has from row {@code from} on. */
  private static void assertSame(String what, Rollout.Result part, Rollout.Result whole, int from) {
    int rows = part.layout().rows();
    assertThat(part.layout().noiseIds())
        .isEqualTo(Arrays.copyOfRange(whole.layout().noiseIds(), from, from + rows));
    assertThat(part.layout().groupIds())
        .isEqualTo(Arrays.copyOfRange(whole.layout().groupIds(), from, from + rows));
    for (int c = 0; c < whole.layout().steps().length; c++) {
      assertClose(
          what,
          part.transitions().before().get(c),
          rows(whole.transitions().before(), c, from, rows),
          1e-5);
      assertClose(
          what,
          part.transitions().after().get(c),
          rows(whole.transitions().after(), c, from, rows),
          1e-5);
      assertClose(
          what,
          part.transitions().means().orElseThrow().get(c),
          rows(whole.transitions().means().orElseThrow(), c, from, rows),
          1e-5);
      assertClose(
          what,
          part.transitions().logProbs().get(c),
          rows(whole.transitions().logProbs(), c, from, rows),
          1e-4);
      for (int i = 0; i < rows; i++) {
        assertSame(
            what,
            part.images().get(part.layout().imageAfter(i, c)),
            whole.images().get(whole.layout().imageAfter(i + from, c)));
      }
    }
  }

  private static Tensor rows(List<Tensor> columns, int column, int from, int count) {
    return columns.get(column).narrow(0, from, count);
  }

  /** The conditioning of every row. */
  private static Conditioning prompts(Rollout.Result t) {
    int[] groups = IntStream.range(0, t.layout().rows()).map(i -> group(t, i)).toArray();
    return encode(t.layout()).prompts(groups);
  }

  private static int group(Rollout.Result t, int row) {
    return t.layout().trunk(row).group();
  }

  private static Conditioning negative(Rollout.Result t) {
    return encode(t.layout()).negative(t.layout().rows());
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
