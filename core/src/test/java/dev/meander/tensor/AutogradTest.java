package dev.meander.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class AutogradTest {
  private static Tensor leaf() {
    Tensor leaf = Tensors.of(new float[] {1, 2}, 2);
    leaf.set_requires_grad(true);
    return leaf;
  }

  @Test
  void recordsOnlyOutsideOfNoGrad() {
    try (Scope scope = new Scope()) {
      Tensor leaf = leaf();
      assertThat(Autograd.noGrad(() -> leaf.square()).requires_grad()).isFalse();
      assertThat(leaf.square().requires_grad()).isTrue();
      assertThatThrownBy(
              () ->
                  Autograd.noGrad(
                      () -> {
                        throw new IllegalStateException("stop");
                      }))
          .hasMessage("stop");
      assertThat(leaf.square().requires_grad()).isTrue();
    }
  }

  @Test
  void gradientsAccumulateUntilCleared() {
    try (Scope scope = new Scope()) {
      Tensor leaf = leaf();
      assertThat(Autograd.grad(leaf)).isNull();
      leaf.square().sum().backward();
      assertThat(Tensors.floats(Autograd.grad(leaf))).containsExactly(2, 4);
      leaf.square().sum().backward();
      Tensor sum = Autograd.grad(leaf);
      Autograd.clearGrad(leaf);
      assertThat(Autograd.grad(leaf)).isNull();
      leaf.sum().backward();
      assertThat(Tensors.floats(Autograd.grad(leaf))).containsExactly(1, 1);
      assertThat(Tensors.floats(sum)).containsExactly(4, 8);
    }
  }
}
