package dev.meander.nn;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttentionTest {
  private static Tensor random(long key, long... shape) {
    int n = 1;
    for (long s : shape) {
      n *= (int) s;
    }
    return Tensors.of(Domain.EXAMPLE.stream(key).normals(n), shape);
  }

  private static Tensor exact(Tensor t) {
    return t.to(ScalarType.Float);
  }

  private static Tensor half(Tensor t) {
    return t.to(ScalarType.BFloat16);
  }

  @Test
  void weightsAreSoftmaxOfScaledProducts() {
    try (Scope scope = new Scope()) {
      Tensor q = Tensors.of(new float[] {2, 0, 0, 0}, 1, 1, 1, 4);
      Tensor k = Tensors.of(new float[] {1, 0, 0, 0, 0, 0, 0, 0}, 1, 1, 2, 4);
      Tensor v = Tensors.of(new float[] {1, 0, 0, 0, 0, 1, 0, 0}, 1, 1, 2, 4);
      // Scores 2 * 1 / sqrt(4) = 1 and 0.
      float e = (float) (Math.E / (Math.E + 1));
      float[] y = Tensors.floats(Attention.attend(q, k, v));
      assertThat(y).containsExactly(new float[] {e, 1 - e, 0, 0}, within(1e-6f));
      Tensor bias = Tensors.of(new float[] {-1, 0}, 1, 2);
      y = Tensors.floats(Attention.attend(q, k, v, bias));
      assertThat(y).containsExactly(new float[] {0.5f, 0.5f, 0, 0}, within(1e-6f));
      Tensor mask = Tensors.of(new float[] {Float.NEGATIVE_INFINITY, 0}, 1, 2);
      y = Tensors.floats(Attention.attend(half(q), half(k), half(v), half(mask)));
      assertThat(y).containsExactly(0, 1, 0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"20, BFloat16", "520, BFloat16", "20, Half", "520, Half"})
  void lowPrecisionAgreesWithFloat32(int tokens, ScalarType type) {
    try (Scope scope = new Scope()) {
      Tensor q = random(1, 2, 3, tokens, 16).to(type);
      Tensor k = random(2, 2, 3, tokens, 16).to(type);
      Tensor v = random(3, 2, 3, tokens, 16).to(type);
      Tensor bias = random(4, tokens, tokens).to(type);
      Tensor exact = Attention.attend(exact(q), exact(k), exact(v));
      Tensor low = Attention.attend(q, k, v);
      assertThat(low.scalar_type().intern()).isEqualTo(type);
      assertClose("plain", low, exact, 1e-2);
      Tensor biased = Attention.attend(exact(q), exact(k), exact(v), exact(bias));
      assertClose("biased", Attention.attend(q, k, v, bias), biased, 1e-2);
    }
  }

  /** Two rows of three heads with 1,300 tokens are four and two at a time. */
  @Test
  void piecesOfHeadsAgreeWithFloat32ForwardAndBackward() {
    try (Scope scope = new Scope()) {
      List<Tensor> low = new ArrayList<>();
      List<Tensor> exact = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Tensor x = half(random(i, 2, 1300, 3, 8));
        low.add(x.detach().set_requires_grad(true));
        exact.add(exact(x).set_requires_grad(true));
      }
      Tensor weight = random(4, 2, 1300, 24);
      Tensor one = Attention.attendByHeads(low.get(0), low.get(1), low.get(2));
      Tensor other = Attention.attendByHeads(exact.get(0), exact.get(1), exact.get(2));
      assertClose("output", one, other, 2e-2);
      List<Tensor> g = Autograd.gradients(exact(one).mul(weight).sum(), low);
      List<Tensor> h = Autograd.gradients(other.mul(weight).sum(), exact);
      for (int i = 0; i < 3; i++) {
        assertClose("gradient " + i, g.get(i), h.get(i), 2e-2);
      }
    }
  }

  @Test
  void onlyLowPrecisionOnTheProcessorKeepsScores() {
    assertThat(Attention.keepsScores(true, true)).isTrue();
    assertThat(Attention.keepsScores(true, false)).isFalse();
    assertThat(Attention.keepsScores(false, true)).isFalse();
  }

  @Test
  void atLeastOneHeadIsComputedAtOnce() {
    assertThat(Attention.headsAtOnce(1300 * 1300)).isEqualTo(4);
    assertThat(Attention.headsAtOnce(5000 * 5000)).isEqualTo(1);
  }

  @Test
  void headsAreSplitAndMerged() {
    try (Scope scope = new Scope()) {
      Tensor x = random(5, 2, 3, 8);
      Tensor heads = Attention.splitHeads(x, 4);
      assertThat(Tensors.shape(heads)).containsExactly(2, 4, 3, 2);
      // Head 1 of token 0 holds features 2 and 3.
      float[] features = Tensors.floats(x);
      float[] head = Tensors.floats(heads.narrow(0, 0, 1).narrow(1, 1, 1).narrow(2, 0, 1));
      assertThat(head).containsExactly(features[2], features[3]);
      assertThat(Tensors.floats(Attention.mergeHeads(heads))).isEqualTo(features);
    }
  }
}
