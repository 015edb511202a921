package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class NormsTest {
  private static final double EPS = 1e-6;

  private static Parameters scaleAndShift(float scale, float shift, int n) {
    float[] scales = new float[n];
    float[] shifts = new float[n];
    Arrays.fill(scales, scale);
    Arrays.fill(shifts, shift);
    return Parameters.from(
        Map.of("n.weight", Tensors.of(scales, n), "n.bias", Tensors.of(shifts, n)), "test");
  }

  private static void assertValues(Tensor actual, double... expected) {
    float[] a = Tensors.floats(actual);
    assertThat(a).hasSize(expected.length);
    for (int i = 0; i < a.length; i++) {
      assertThat((double) a[i]).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void layerNorm() {
    try (Scope scope = new Scope()) {
      Tensor x = Tensors.of(new float[] {1, 3, 0, 8}, 2, 2);
      assertValues(Norms.layerNorm(x, EPS), -1, 1, -1, 1);
      assertValues(new Norms.LayerNorm(scaleAndShift(2, 5, 2), "n", 2, EPS).forward(x), 3, 7, 3, 7);
    }
  }

  @Test
  void rmsNorm() {
    try (Scope scope = new Scope()) {
      Tensor x = Tensors.of(new float[] {3, 4}, 1, 2);
      double rms = Math.sqrt((9 + 16) / 2.0);
      Norms.RmsNorm norm = new Norms.RmsNorm(scaleAndShift(2, 0, 2), "n", 2, EPS);
      assertValues(norm.forward(x), 6 / rms, 8 / rms);
      assertThat(norm.forward(x.to(ScalarType.BFloat16)).scalar_type().intern())
          .isEqualTo(ScalarType.BFloat16);
    }
  }

  /** Against the engine's own, with gradients; a row of zeros has no direction, but a gradient. */
  @Test
  void rmsNormIsTheEnginesOwn() {
    try (Scope scope = new Scope()) {
      float[] values = Domain.EXAMPLE.stream(3).normals(24);
      Arrays.fill(values, 8, 16, 0);
      float[] scales = Domain.EXAMPLE.stream(4).normals(8);
      Tensor seed = Tensors.of(Domain.EXAMPLE.stream(5).normals(24), 3, 8);
      Tensor x = Tensors.of(values, 3, 8).set_requires_grad(true);
      Tensor w = Tensors.of(scales, 8).set_requires_grad(true);
      Norms.RmsNorm norm =
          new Norms.RmsNorm(Parameters.from(Map.of("n.weight", w), "t"), "n", 8, EPS);

      Tensor ours = norm.forward(x);
      Tensor own =
          torch.rms_norm(x, new long[] {8}, new TensorOptional(w), new DoubleOptional(EPS));
      assertValues(ours.detach(), doubles(own));
      List<Tensor> gradients = Autograd.gradients(ours.mul(seed).sum(), List.of(x, w));
      List<Tensor> expected = Autograd.gradients(own.mul(seed).sum(), List.of(x, w));
      for (int i = 0; i < 2; i++) {
        double[] all = doubles(expected.get(i));
        double largest = Arrays.stream(all).map(Math::abs).max().orElseThrow();
        float[] found = Tensors.floats(gradients.get(i));
        for (int j = 0; j < all.length; j++) {
          assertThat((double) found[j]).isCloseTo(all[j], within(1e-5 * Math.max(1, largest)));
        }
      }

      // Not recorded: the same bits, in the place of what came in.
      Tensor y = Tensors.of(values, 3, 8);
      Tensor over = Autograd.noGrad(() -> norm.forward(y));
      assertThat(Tensors.floats(over)).containsExactly(Tensors.floats(ours.detach()));
      assertThat(over.data_ptr().address()).isEqualTo(y.data_ptr().address());
    }
  }

  private static double[] doubles(Tensor t) {
    float[] values = Tensors.floats(t.detach());
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }

  @Test
  void groupNorm() {
    try (Scope scope = new Scope()) {
      // Two groups of one channel each, two pixels.
      Tensor x = Tensors.of(new float[] {1, 3, 10, 20}, 1, 2, 2);
      Norms.GroupNorm two = new Norms.GroupNorm(scaleAndShift(1, 1, 2), "n", 2, 2, EPS);
      assertValues(two.forward(x), 0, 2, 0, 2);
    }
  }
}
