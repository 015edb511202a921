package dev.meander.text;

import static dev.meander.testing.Fixture.assertBfloat16;
import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output and every gradient agree with transformers' T5EncoderModel. */
class T5EncoderModelParityTest {
  private static final double TOLERANCE = 1e-5;

  private static T5EncoderModel model(String name, DType type) {
    Fixture fixture = Fixture.of(name);
    try (TensorStore store = TensorStore.open(fixture.directory().resolve("model.safetensors"))) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(store.load(store.names(), type));
      return new T5EncoderModel(fixture.config(T5Config.class), Parameters.from(tensors, name));
    }
  }

  private static Tensor ids(String name) {
    try (TensorStore store =
        TensorStore.open(Fixture.of(name).directory().resolve("io.safetensors"))) {
      return Tensors.placed(store.tensor("input_ids"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5-short", "t5-long"})
  void forwardAndGradients(String name) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = Fixture.of(name).io();
      T5EncoderModel model = model(name, DType.F32);
      model.tensors().values().forEach(t -> t.set_requires_grad(true));

      Tensor state = model.forward(ids(name));
      state.mul(io.get("grad_output")).sum().backward();

      assertClose("last", state, io.get("last_hidden_state"), TOLERANCE);
      assertGradients(model.tensors(), io, TOLERANCE);
      Tensor unrecorded = Autograd.noGrad(() -> model.forward(ids(name)));
      assertClose("fused attention", unrecorded, io.get("last_hidden_state"), TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"t5-short", "t5-long"})
  void bfloat16IsAsExactAsDiffusers(String name) {
    try (Scope scope = new Scope()) {
      T5EncoderModel model = model(name, DType.BF16);
      Tensor state = Autograd.noGrad(() -> model.forward(ids(name)));
      assertBfloat16(state, Fixture.of(name).io());
    }
  }

  /** Closed form of the published sizes: 16 buckets a direction, 8 of one distance, up to 128. */
  @Test
  void distances() {
    try (Scope scope = new Scope()) {
      T5EncoderModel model =
          new T5EncoderModel(
              new T5Config(4, 2, 2, 2, 1, 1, 32, 128, 1e-6, "gated-gelu"), Parameters.random(1));
      assertThat(IntStream.of(0, -1, -7, 1, 7).map(model::bucket)).containsExactly(0, 1, 7, 17, 23);
      // Boundaries are at 8 * 16^(k/8) = 8, 11.3, 16, 22.6, 32, 45.3, 64, 90.5.
      assertThat(
              IntStream.of(-8, -11, -12, -16, -22, -23, -32, -64, -127, -128, -500)
                  .map(model::bucket))
          .containsExactly(8, 8, 9, 10, 10, 11, 12, 14, 15, 15, 15);
      assertThat(model.bucket(300)).isEqualTo(31);
    }
  }
}
