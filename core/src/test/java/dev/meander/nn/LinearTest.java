package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class LinearTest {
  private static final float[] X = {1, 0, -1};

  private static Linear layer(ScalarType type) {
    Tensor weight = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3).to(type);
    Tensor bias = Tensors.of(new float[] {10, 20}, 2).to(type);
    return new Linear(
        Parameters.from(Map.of("f.weight", weight, "f.bias", bias), "test"), "f", 3, 2);
  }

  @Test
  void affineMap() {
    try (Scope scope = new Scope()) {
      Linear layer = layer(ScalarType.Float);
      assertThat(Tensors.floats(layer.forward(Tensors.of(X, 1, 3)))).containsExactly(8, 18);
      assertThat(layer.in()).isEqualTo(3);
      assertThat(layer.out()).isEqualTo(2);
      assertThat(layer.name()).isEqualTo("f");
      Tensor weight = Tensors.of(new float[] {1, 2, 3}, 1, 3);
      Linear bare =
          new Linear(
              Parameters.from(Map.of("f.weight", weight), "test"), "f", 3, 1, false, Init.ZEROS);
      assertThat(Tensors.floats(bare.forward(Tensors.of(X, 3)))).containsExactly(-2);
    }
  }

  @Test
  void computesInTheTypeOfItsInput() {
    try (Scope scope = new Scope()) {
      Tensor x = Tensors.of(X, 1, 3);
      for (ScalarType stored : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
        for (ScalarType given : new ScalarType[] {ScalarType.Float, ScalarType.BFloat16}) {
          Tensor y = layer(stored).forward(x.to(given));
          assertThat(y.scalar_type().intern()).isEqualTo(given);
          assertThat(Tensors.floats(y)).containsExactly(8, 18);
        }
      }
    }
  }

  @Test
  void gradientsArriveInTheTypeOfTheParameters() {
    try (Scope scope = new Scope()) {
      Linear layer = layer(ScalarType.Float);
      layer.weight().set_requires_grad(true);
      layer.forward(Tensors.of(X, 1, 3).to(ScalarType.BFloat16)).sum().backward();
      Tensor gradient = Autograd.grad(layer.weight());
      assertThat(gradient.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertThat(Tensors.floats(gradient)).containsExactly(1, 0, -1, 1, 0, -1);
    }
  }

  @Test
  void adapterAddsWhatItSays() {
    try (Scope scope = new Scope()) {
      Linear layer = layer(ScalarType.Float);
      Tensor x = Tensors.of(X, 1, 3);
      layer.attach(in -> in.narrow(1, 0, 2).mul(new Scalar(100)));
      assertThat(Tensors.floats(layer.forward(x))).containsExactly(108, 18);
      layer.attach(in -> null);
      assertThat(Tensors.floats(layer.forward(x))).containsExactly(8, 18);
      layer.attach(null);
      assertThat(Tensors.floats(layer.forward(x))).containsExactly(8, 18);
    }
  }
}
