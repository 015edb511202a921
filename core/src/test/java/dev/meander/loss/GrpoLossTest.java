package dev.meander.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.sampler.CpsStep;
import dev.meander.sampler.NormalStep;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GrpoLossTest {
  private static final float C = 0.1f;
  private static final GrpoLoss PLAIN = new GrpoLoss(new ClippedObjective(C), new NoKl());

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
  void theWorseOfRatioAndClippedRatioCounts() {
    // ratios 1.05 (inside), 1.3 with A > 0 (clipped), 1.3 with A < 0 (not), 0.7 with A > 0 (not)
    LossTerms terms =
        PLAIN.loss(batch(vector(1.05f, 1.3f, 1.3f, .7f), vector(2, 1, -1, 1), ones(4))).terms();
    double expected = (-2 * 1.05 - 1.1 + 1.3 - .7) / 4;
    assertThat(terms.policy()).isCloseTo(expected, within(1e-6));
    assertThat(terms.total()).isEqualTo(terms.policy());
    assertThat(terms.kl()).isZero();
    assertThat(terms.ratioMean()).isCloseTo((1.05 + 1.3 + 1.3 + .7) / 4, within(1e-6));
    assertThat(terms.ratioMaxDeviation()).isCloseTo(.3, within(1e-6));
    assertThat(terms.clipFraction()).isEqualTo(.75);
  }

  /** Forgets to take the mean over the batch's other axis. */
  private record Broadcasting() implements Objective {
    @Override
    public double clipRange() {
      return C;
    }

    @Override
    public PolicyTerm policy(StepBatch batch) {
      Tensor one = batch.advantage().reshape(batch.advantage().size(0), 1);
      return new PolicyTerm(one.mul(batch.weight()), one, one, one);
    }
  }

  @Test
  void aTermOfTheWrongShapeIsNamed() {
    StepBatch batch = batch(vector(1, 1), vector(1, 2), ones(2));
    assertThatThrownBy(() -> new GrpoLoss(new Broadcasting(), new NoKl()).loss(batch))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(Broadcasting.class.getName())
        .hasMessageContaining("a number for each of the 2 steps of a batch, not [2, 2]");
  }

  @Test
  void gradientsStopWhereTheClipHelps() {
    Tensor mean = zeros(4).set_requires_grad(true);
    Tensor ratios = vector(1.05f, 1.3f, 1.3f, .7f);
    StepBatch batch = batch(mean, ratios, vector(2, 1, -1, 1), ones(4));
    PLAIN.loss(batch).total().backward();
    // d logProb / d mean = 2 * (next - mean) = 2, so the gradient is -A * ratio * 2 / 4
    assertThat(Tensors.floats(Autograd.grad(mean)))
        .containsExactly(new float[] {-2 * 1.05f / 2, 0, 1.3f / 2, -.7f / 2}, within(1e-5f));
  }

  @Test
  void atRatioOneTheGradientIsThatOfThePolicyGradient() {
    Tensor mean = zeros(2).set_requires_grad(true);
    GrpoLoss.Value value = PLAIN.loss(batch(mean, vector(1, 1), vector(3, -2), ones(2)));
    value.total().backward();
    assertThat(value.terms().ratioMaxDeviation()).isZero();
    assertThat(value.terms().clipFraction()).isZero();
    assertThat(value.terms().policy()).isCloseTo(-.5, within(1e-6));
    assertThat(Tensors.floats(Autograd.grad(mean))).containsExactly(-3, 2);
  }

  @Test
  void weightsActOnThePolicyTermAlone() {
    Tensor reference = vector(2, 4).reshape(2, 1);
    StepBatch batch = withReference(batch(vector(1, 1), vector(1, 1), vector(.5f, 3)), reference);
    LossTerms terms = new GrpoLoss(new ClippedObjective(C), new PaperKl(10)).loss(batch).terms();
    assertThat(terms.policy()).isCloseTo(-(.5 + 3) / 2, within(1e-6));
    assertThat(terms.kl()).isCloseTo((4 / 2.0 + 16 / 2.0) / 2, within(1e-5)); // std 1
    assertThat(terms.total()).isCloseTo(terms.policy() + 10 * terms.kl(), within(1e-4));
  }

  @Test
  void theTwoScalesOfTheKlDifferByDelta() {
    Tensor mean = zeros(2).reshape(1, 2).set_requires_grad(true);
    Tensor reference = vector(1, 3).reshape(1, 2);
    double s = 0.5;
    double delta = 0.09;
    NormalStep step =
        new NormalStep(
            mean, vector((float) (s * Math.sqrt(delta))).reshape(1, 1), vector(.5f).reshape(1, 1));
    Tensor flowGrpo = new FlowGrpoKl(.04).divergence(step, reference);
    Tensor paper = new PaperKl(.004).divergence(step, reference);
    double distance = (1 + 9) / 2.0;
    assertThat(Tensors.scalar(flowGrpo)).isCloseTo(distance / (2 * s * s), within(1e-5));
    assertThat(Tensors.scalar(paper)).isCloseTo(distance / (2 * s * s * delta), within(1e-4));
    flowGrpo.sum().backward();
    // d/d mean of mean((mean - ref)^2)/(2 s^2) = (mean - ref)/(2 s^2) for two dimensions
    assertThat(Tensors.floats(Autograd.grad(mean))).containsExactly(-2, -6);
  }

  @Test
  void theKlOfEqualNetworksIsZero() {
    StepBatch batch =
        withReference(batch(vector(1, 1), vector(1, 1), ones(2)), zeros(2).reshape(2, 1));
    assertThat(new GrpoLoss(new ClippedObjective(C), new FlowGrpoKl(1)).loss(batch).terms().kl())
        .isZero();
  }

  @Test
  void aTermThatIsNotFiniteIsNamedWithItsStep() {
    assertThatThrownBy(() -> PLAIN.loss(batch(vector(1, 1), vector(1, Float.NaN), ones(2))))
        .isInstanceOf(LossIsNotFinite.class)
        .hasMessage("the advantage at sampling step 6 is NaN (1 of 2 samples of the batch)");
    StepBatch far = batch(vector(1, 1), vector(-1, -1), ones(2));
    StepBatch exploded =
        new StepBatch(
            far.steps(),
            far.current(),
            far.next(),
            vector(-500, -500),
            far.oldMean(),
            far.delta(),
            far.advantage(),
            far.weight(),
            far.referenceMean());
    assertThatThrownBy(() -> PLAIN.loss(exploded))
        .isInstanceOf(LossIsNotFinite.class)
        .hasMessageContaining("the probability ratio at sampling step 5 is ");
    StepBatch lost =
        withReference(
            batch(vector(1, 1), vector(1, 1), ones(2)), vector(0, Float.NaN).reshape(2, 1));
    assertThatThrownBy(() -> new GrpoLoss(new ClippedObjective(C), new PaperKl(1)).loss(lost))
        .isInstanceOf(LossIsNotFinite.class)
        .hasMessageContaining("KL penalty at sampling step 6");
  }

  @Test
  void aPenaltyWithoutReferenceIsAnError() {
    assertThatThrownBy(
            () ->
                new GrpoLoss(new ClippedObjective(C), new PaperKl(1))
                    .loss(batch(vector(1), vector(1), ones(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("reference");
  }

  @Test
  void wrongSettingsAreNamed() {
    assertThatThrownBy(() -> new ClippedObjective(0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("clip_range");
    assertThatThrownBy(() -> new PaperKl(-1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("beta");
    assertThatThrownBy(() -> new FlowGrpoKl(0)).isInstanceOf(UserError.class);
  }

  private static StepBatch batch(Tensor ratios, Tensor advantage, Tensor weight) {
    return batch(zeros(advantage.size(0)), ratios, advantage, weight);
  }

  /** Means 0 and drawn latents 1 under CPS: log-density -1, so the old one decides the ratio. */
  private static StepBatch batch(Tensor mean, Tensor ratios, Tensor advantage, Tensor weight) {
    long count = advantage.size(0);
    int[] steps = new int[(int) count];
    for (int i = 0; i < count; i++) {
      steps[i] = 5 + i;
    }
    return new StepBatch(
        steps,
        new CpsStep(mean.reshape(count, 1), ones(count).reshape(count, 1)),
        ones(count).reshape(count, 1),
        ones(count).neg().sub(ratios.log()),
        Optional.empty(),
        ones(count),
        advantage,
        weight,
        Optional.empty());
  }

  private static StepBatch withReference(StepBatch batch, Tensor reference) {
    return new StepBatch(
        batch.steps(),
        batch.current(),
        batch.next(),
        batch.oldLogProb(),
        batch.oldMean(),
        batch.delta(),
        batch.advantage(),
        batch.weight(),
        Optional.of(reference));
  }

  private static Tensor vector(float... values) {
    return Tensors.of(values, values.length);
  }

  private static Tensor zeros(long count) {
    return Tensors.of(new float[(int) count], count);
  }

  private static Tensor ones(long count) {
    float[] values = new float[(int) count];
    Arrays.fill(values, 1);
    return Tensors.of(values, count);
  }
}
