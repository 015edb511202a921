package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ScopeTest {
  private static Tensor fresh() {
    return Tensors.of(new float[] {1, 2}, 2);
  }

  @Test
  void freesWhatWasMadeInside() {
    Tensor tensor;
    Tensor derived;
    try (Scope scope = new Scope()) {
      tensor = fresh();
      derived = tensor.add(tensor);
      assertThat(tensor.isNull()).isFalse();
    }
    assertThat(tensor.isNull()).isTrue();
    assertThat(derived.isNull()).isTrue();
  }

  @Test
  void leavesAloneWhatWasMadeOutside() {
    try (Scope outer = new Scope()) {
      Tensor tensor = fresh();
      try (Scope inner = new Scope()) {
        tensor.add_(fresh());
      }
      assertThat(Tensors.floats(tensor)).containsExactly(2, 4);
    }
  }

  @Test
  void keptMovesToTheEnclosingScope() {
    Tensor kept;
    Tensor other;
    try (Scope outer = new Scope()) {
      try (Scope inner = new Scope()) {
        kept = inner.keep(fresh());
        other = fresh();
      }
      assertThat(Tensors.floats(kept)).containsExactly(1, 2);
      assertThat(other.isNull()).isTrue();
    }
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void keptWithoutEnclosingScopeLivesUntilClosed() {
    Tensor kept;
    try (Scope scope = new Scope()) {
      kept = scope.keep(fresh());
    }
    assertThat(Tensors.floats(kept)).containsExactly(1, 2);
    kept.close();
    assertThat(kept.isNull()).isTrue();
  }

  @Test
  void freesAlsoWhenTheWorkFails() {
    Tensor[] made = new Tensor[1];
    assertThatThrownBy(
            () -> {
              try (Scope scope = new Scope()) {
                made[0] = fresh();
                throw new IllegalStateException("stop");
              }
            })
        .hasMessage("stop");
    assertThat(made[0].isNull()).isTrue();
  }

  @Test
  void tensorsKeepTheirStorageWhenTheBaseOfAViewGoes() {
    try (Scope outer = new Scope()) {
      Tensor view;
      try (Scope inner = new Scope()) {
        view = inner.keep(fresh().narrow(0, 1, 1));
      }
      assertThat(Tensors.floats(view)).containsExactly(2);
    }
  }
}
