package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class TensorsTest {
  @Test
  void arraysThereAndBack() {
    try (Scope scope = new Scope()) {
      float[] data = {1, 2, 3, 4, 5, 6};
      Tensor t = Tensors.of(data, 2, 3);
      data[0] = 9; // The tensor has its own copy.
      assertThat(Tensors.shape(t)).containsExactly(2, 3);
      assertThat(Tensors.floats(t)).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(Tensors.floats(t.t())).containsExactly(1, 4, 2, 5, 3, 6);
      assertThat(Tensors.floats(t.to(ScalarType.BFloat16))).containsExactly(1, 2, 3, 4, 5, 6);
      t.set_requires_grad(true);
      assertThat(Tensors.floats(t)).startsWith(1);
      assertThat(Tensors.of(new long[] {1L << 40}, 1).item_long()).isEqualTo(1L << 40);
      assertThat(Tensors.scalar(t.sum())).isEqualTo(21);
      assertThat(Tensors.floats(Tensors.of(new float[0], 0, 4))).isEmpty();
    }
  }

  @Test
  void countMustFitTheShape() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensors.of(new float[5], 2, 3))
        .withMessageContaining("5 values do not fill the shape [2, 3]");
  }

  @Test
  void joiningAndCutting() {
    try (Scope scope = new Scope()) {
      Tensor a = Tensors.of(new float[] {1, 2}, 1, 2);
      Tensor b = Tensors.of(new float[] {3, 4}, 1, 2);
      assertThat(Tensors.floats(Tensors.cat(0, a, b))).containsExactly(1, 2, 3, 4);
      assertThat(Tensors.floats(Tensors.cat(1, b, a))).containsExactly(3, 4, 1, 2);
      assertThat(Tensors.shape(Tensors.stack(List.of(a, b, a), 0))).containsExactly(3, 1, 2);
      List<Tensor> halves = Tensors.chunk(Tensors.cat(1, a, b), 2, 1);
      assertThat(Tensors.floats(halves.get(1))).containsExactly(3, 4);
    }
  }
}
