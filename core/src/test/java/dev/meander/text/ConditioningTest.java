package dev.meander.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;
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
      assertThat(Tensors.floats(chosen.tokens())).containsExactly(4, 1);
      assertThat(Tensors.floats(chosen.requirePooled())).containsExactly(-4, -1);
      assertThat(Tensors.floats(chosen.guidance().orElseThrow())).containsExactly(5, 2);
      assertThat(of(1).narrow(1, 1).concat(of(7)).guidance()).isEmpty();
      assertThatThrownBy(() -> of(1).concat(of(2).guided(1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void promptsOfDifferentLengthsArePaddedAndMasked() {
    try (Scope scope = new Scope()) {
      Conditioning one = ofLength(5);
      Conditioning three = ofLength(7, 8, 9);

      Conditioning both = one.concat(three);
      Conditioning chosen = both.select(Tensors.of(new long[] {1, 0}, 2));

      assertThat(Tensors.shape(both.tokens())).containsExactly(2, 3, 1);
      assertThat(Tensors.floats(both.tokens())).containsExactly(5, 0, 0, 7, 8, 9);
      assertThat(Tensors.floats(both.lengths().to(ScalarType.Float))).containsExactly(1, 3);
      assertThat(Tensors.floats(chosen.mask().to(ScalarType.Float)))
          .containsExactly(1, 1, 1, 1, 0, 0);
      assertThat(both.pooled()).isEmpty();
    }
  }

  @Test
  void aPooledTextForSomePromptsAloneIsAMistake() {
    try (Scope scope = new Scope()) {
      assertThatThrownBy(() -> ofLength(5).concat(of(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("a pooled text");
    }
  }

  private static Conditioning ofLength(float... values) {
    return new Conditioning(
        Tensors.of(values, 1, values.length, 1),
        Tensors.of(new long[] {values.length}, 1),
        Optional.empty(),
        Optional.empty());
  }
}
