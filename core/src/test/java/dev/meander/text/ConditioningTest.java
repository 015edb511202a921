package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import org.junit.jupiter.api.Test;

class ConditioningTest {
  private static Conditioning of(float first) {
    return new Conditioning(
        Tensors.of(new float[] {first, first + 1}, 2, 1, 1),
        Tensors.of(new float[] {-first, -first - 1}, 2, 1));
  }

  @Test
  void guidanceGoesWithItsRows() {
    try (Scope scope = new Scope()) {
      Conditioning both = of(1).guided(2).concat(of(3).guided(5));
      Conditioning chosen = both.select(Tensors.of(new long[] {3, 0, 0}, 3)).narrow(0, 2);
      assertThat(chosen.batch()).isEqualTo(2);
      assertThat(Tensors.floats(chosen.sequence())).containsExactly(4, 1);
      assertThat(Tensors.floats(chosen.pooled())).containsExactly(-4, -1);
      assertThat(Tensors.floats(chosen.guidance())).containsExactly(5, 2);
      assertThat(of(1).narrow(1, 1).concat(of(7)).guidance()).isNull();
      assertThatThrownBy(() -> of(1).concat(of(2).guided(1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
