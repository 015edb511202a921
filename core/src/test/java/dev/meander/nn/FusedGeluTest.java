package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.FusedGelu;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Random;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FusedGeluTest {
  private static final int IN = 12;
  private static final int OUT = 7;

  @BeforeAll
  static void start() {
    Engine.start(1);
  }

  private static Tensor random(long seed, long... shape) {
    Random random = new Random(seed);
    int n = 1;
    for (long s : shape) {
      n *= (int) s;
    }
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Tensors.of(values, shape);
  }

  @Test
  void oneKernelIsTheTwoOperationsToRounding() {
    try (Scope scope = new Scope()) {
      Tensor x = random(1, 2, 5, IN);
      Tensor weight = random(2, OUT, IN);
      Tensor bias = random(3, OUT);
      Tensor fused = Autograd.noGrad(() -> FusedGelu.of(x, weight, bias));
      float[] plain =
          Tensors.floats(torch.gelu(torch.linear(x, weight, new TensorOptional(bias)), "tanh"));

      assertThat(Tensors.shape(fused)).containsExactly(2, 5, OUT);
      float[] values = Tensors.floats(fused);
      for (int i = 0; i < plain.length; i++) {
        assertThat(values[i]).isCloseTo(plain[i], offset(2e-6f));
      }
    }
  }

  @Test
  void aStridedInputGivesTheSameBits() {
    try (Scope scope = new Scope()) {
      Tensor x = random(1, IN, 6).transpose(0, 1);
      Tensor weight = random(2, OUT, IN);
      Tensor bias = random(3, OUT);
      Autograd.noGrad(
          () ->
              assertThat(Tensors.floats(FusedGelu.of(x, weight, bias)))
                  .containsExactly(Tensors.floats(FusedGelu.of(x.contiguous(), weight, bias))));
    }
  }

  @Test
  void largePassesInFloat32ThatAreNotRecordedFit() {
    try (Scope scope = new Scope()) {
      Tensor large = random(1, 1 << 15, IN);
      Tensor weight = random(2, OUT, IN);

      assertThat(FusedGelu.fits(large, weight)).isFalse();
      Autograd.noGrad(
          () -> {
            assertThat(FusedGelu.fits(large, weight)).isTrue();
            assertThat(FusedGelu.fits(large.narrow(0, 0, 5), weight)).isFalse();
            assertThat(FusedGelu.fits(large.to(ScalarType.BFloat16), weight)).isFalse();
          });
    }
  }

  @Test
  void aLayerIsTheSameEitherWay() {
    try (Scope scope = new Scope()) {
      Linear layer = new Linear(Parameters.random(3), "layer", IN, OUT);
      Tensor x = random(1, 1 << 15, IN);
      Tensor recorded = layer.gelu(x).detach();
      Tensor fused = Autograd.noGrad(() -> layer.gelu(x));

      assertThat(recorded.sub(fused).abs().max().item_float()).isLessThan(2e-6f);
    }
  }
}
