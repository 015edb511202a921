package dev.meander.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.sampler.Cps;
import dev.meander.sampler.DanceSde;
import dev.meander.sampler.FlowSde;
import dev.meander.sampler.NormalStep;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Samples of two dimensions, by hand. */
class GuardObjectiveTest {
  private static final float[] STD = {0.5f, 0.1f, 2};
  private static final float[] DELTA = {0.25f, 0.04f, 0.5f};
  private static final float[] ADVANTAGE = {1.5f, -2, 0.5f};
  private static final float[] WEIGHT = {1, 0.5f, 3};
  private static final float[] OLD_MEAN = {0.3f, -0.2f, 1, 0, -1, 2};
  private static final float[] DRAW = {1.2f, -0.4f, -0.7f, 0.9f, 0.1f, 2.1f};
  private static final float[] MOVE = {0.02f, 0.05f, -0.03f, 0.01f, 0.3f, -0.2f};

  private Scope scope;

  @BeforeEach
  void open() {
    scope = new Scope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void theTermIsTheFormula() {
    double clip = 0.02;
    PolicyTerm term = new GuardObjective(clip).policy(batch(moved(MOVE)));
    float[] ratios = Tensors.floats(term.ratio());
    float[] losses = Tensors.floats(term.loss());
    float[] clipped = Tensors.floats(term.clipped());
    for (int i = 0; i < 3; i++) {
      double square = (MOVE[2 * i] * MOVE[2 * i] + MOVE[2 * i + 1] * MOVE[2 * i + 1]) / 2;
      double change = logProb(i, MOVE) - logProb(i, new float[6]);
      double ratio = Math.exp((change + square / (2 * STD[i] * STD[i])) * STD[i]);
      double inside = Math.max(1 - clip, Math.min(1 + clip, ratio));
      double loss = Math.max(-ADVANTAGE[i] * ratio, -ADVANTAGE[i] * inside);
      assertThat((double) ratios[i]).isCloseTo(ratio, within(1e-5));
      assertThat((double) losses[i])
          .isCloseTo(WEIGHT[i] / DELTA[i] * loss, within(1e-4 * Math.abs(loss) / DELTA[i]));
      assertThat(clipped[i]).isEqualTo(Math.abs(ratio - 1) > clip ? 1 : 0);
    }
    assertThat(clipped).contains(0, 1);
  }

  @Test
  void theBiasOfTheRatioIsGone() {
    // Uncorrected, the log-ratio would be draw*move/std - move^2/(2 std^2).
    float[] ratios = Tensors.floats(new GuardObjective(1).policy(batch(moved(MOVE))).ratio());
    for (int i = 0; i < 3; i++) {
      double linear = (DRAW[2 * i] * MOVE[2 * i] + DRAW[2 * i + 1] * MOVE[2 * i + 1]) / 2;
      assertThat(Math.log(ratios[i])).as("independent of std").isCloseTo(linear, within(1e-5));
    }
  }

  @Test
  void whereNothingMovedTheRatioIsOne() {
    PolicyTerm term = new GuardObjective(1e-6).policy(batch(moved(new float[6])));
    assertThat(Tensors.floats(term.ratio())).containsOnly(1);
    assertThat(Tensors.floats(term.clipped())).containsOnly(0);
    float[] losses = Tensors.floats(term.loss());
    for (int i = 0; i < 3; i++) {
      assertThat(losses[i]).isCloseTo(-ADVANTAGE[i] * WEIGHT[i] / DELTA[i], within(1e-5f));
    }
  }

  @Test
  void theGradientDependsOnTheStepsLengthAndNotOnItsNoise() {
    Tensor mean = moved(new float[6]).set_requires_grad(true);
    new GuardObjective(1e-3).policy(batch(mean)).loss().sum().backward();
    float[] gradient = Tensors.floats(Autograd.grad(mean));
    for (int d = 0; d < 6; d++) {
      int i = d / 2;
      double expected = -ADVANTAGE[i] * WEIGHT[i] / DELTA[i] * DRAW[d] / 2;
      assertThat((double) gradient[d]).isCloseTo(expected, within(1e-4 * Math.abs(expected)));
    }
  }

  @Test
  void itIsForFlowSdeAlone() {
    GuardObjective guard = new GuardObjective(1e-4);
    assertThat(guard.problem(new FlowSde(0.7))).isEmpty();
    assertThat(guard.problem(new Cps(0.7))).contains("guard", "flow_sde", "clipped");
    assertThat(guard.problem(new DanceSde(0.3))).contains("guard", "flow_sde");
    assertThatThrownBy(() -> new GuardObjective(0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("clip_range");
  }

  /** The drawn latents are {@code OLD_MEAN + STD*DRAW}; the network's mean is now {@code mean}. */
  private static StepBatch batch(Tensor mean) {
    float[] next = new float[6];
    for (int d = 0; d < 6; d++) {
      next[d] = OLD_MEAN[d] + STD[d / 2] * DRAW[d];
    }
    Tensor std = Tensors.of(STD, 3, 1);
    Tensor drawn = Tensors.of(next, 3, 2);
    NormalStep old = new NormalStep(Tensors.of(OLD_MEAN, 3, 2), std, std);
    return new StepBatch(
        new int[] {0, 1, 2},
        new NormalStep(mean, std, std),
        drawn,
        old.logProb(drawn),
        Optional.of(old.mean()),
        Tensors.of(DELTA, 3),
        Tensors.of(ADVANTAGE, 3),
        Tensors.of(WEIGHT, 3),
        Optional.empty());
  }

  private static Tensor moved(float[] by) {
    float[] mean = new float[6];
    for (int d = 0; d < 6; d++) {
      mean[d] = OLD_MEAN[d] + by[d];
    }
    return Tensors.of(mean, 3, 2);
  }

  /** Of what sample i drew, when the mean has moved; the mean over both dimensions. */
  private static double logProb(int i, float[] by) {
    double sum = 0;
    for (int d = 2 * i; d < 2 * i + 2; d++) {
      double distance = STD[i] * DRAW[d] - by[d];
      sum += -distance * distance / (2 * STD[i] * STD[i]) - Math.log(STD[i]);
    }
    return (sum - Math.log(2 * Math.PI)) / 2;
  }
}
