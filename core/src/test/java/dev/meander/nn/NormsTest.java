package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
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
