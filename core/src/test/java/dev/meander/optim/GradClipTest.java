package dev.meander.optim;

import static dev.meander.optim.AdamWTest.giveGradient;
import static dev.meander.optim.AdamWTest.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class GradClipTest {
  @Test
  void allGradientsShareOneScale() {
    try (Scope scope = new Scope()) {
      Tensor a = leaf(0, 0);
      Tensor b = leaf(0);
      Tensor unused = leaf(0);
      giveGradient(a, 2, 3);
      giveGradient(b, 6);
      Map<String, Tensor> parameters = Map.of("a", a, "b", b, "unused", unused);
      assertThat(new GradClip(8).clip(parameters)).isEqualTo(7);
      assertThat(Tensors.floats(Autograd.grad(a))).containsExactly(2, 3);
      assertThat(new GradClip(.7).clip(parameters)).isEqualTo(7);
      assertThat(Tensors.floats(Autograd.grad(a)))
          .containsExactly(new float[] {.2f, .3f}, within(1e-6f));
      assertThat(Tensors.floats(Autograd.grad(b))[0]).isCloseTo(.6f, within(1e-6f));
    }
  }

  @Test
  void aGradientThatIsNotFiniteIsNamedAndLeftAlone() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> parameters = new LinkedHashMap<>();
      parameters.put("good", leaf(0));
      parameters.put("bad", leaf(0));
      giveGradient(parameters.get("good"), 5);
      giveGradient(parameters.get("bad"), Float.NaN);
      assertThatThrownBy(() -> new GradClip(1).clip(parameters))
          .isInstanceOf(GradientIsNotFinite.class)
          .hasMessage("the gradient is not finite for 1 parameters: bad");
      assertThat(Tensors.floats(Autograd.grad(parameters.get("good")))).containsExactly(5);
    }
  }

  @Test
  void withoutGradientsTheNormIsZero() {
    try (Scope scope = new Scope()) {
      assertThat(new GradClip(1).clip(Map.of("w", leaf(1)))).isZero();
    }
  }

  @Test
  void theLimitIsPositive() {
    assertThatThrownBy(() -> new GradClip(0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("max_grad_norm must be greater than 0, found 0.0");
  }
}
