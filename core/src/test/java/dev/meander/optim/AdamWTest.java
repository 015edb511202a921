package dev.meander.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.meander.config.UserError;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdamWTest {
  private static final AdamWConfig FLOW_GRPO = new AdamWConfig(.9, .999, 1e-8, 1e-4);

  private Scope scope;

  @BeforeEach
  void open() {
    scope = new Scope();
  }

  @AfterEach
  void close() {
    scope.close();
  }

  @Test
  void parametersAndMomentsAgreeWithPyTorch() throws IOException {
    JsonNode cases =
        new JsonMapper()
            .readTree(Path.of("src/test/resources/parity/adamw.json").toFile())
            .get("cases");
    assertThat(cases).hasSize(3);
    for (JsonNode one : cases) {
      Tensor weight = leaf(floats(one.get("parameter")));
      AdamWConfig config =
          new AdamWConfig(
              one.get("betas").get(0).doubleValue(),
              one.get("betas").get(1).doubleValue(),
              one.get("eps").doubleValue(),
              one.get("weight_decay").doubleValue());
      try (AdamW optimizer = new AdamW(Map.of("w", weight), config)) {
        for (JsonNode step : one.get("steps")) {
          optimizer.zeroGrad();
          giveGradient(weight, floats(step.get("gradient")));
          optimizer.step(one.get("lr").doubleValue());
          Map<String, Tensor> state = optimizer.state();
          assertClose(weight, step.get("parameter"));
          assertClose(state.get("w.exp_avg"), step.get("exp_avg"));
          assertClose(state.get("w.exp_avg_sq"), step.get("exp_avg_sq"));
        }
      }
    }
  }

  @Test
  void theFirstStepIsTheSignOfTheGradientWhateverItsScale() {
    for (float scale : new float[] {1, 1e-3f}) {
      Tensor weight = leaf(0, 0);
      try (AdamW optimizer = new AdamW(Map.of("w", weight), new AdamWConfig(.9, .999, 1e-12, 0))) {
        giveGradient(weight, scale, -3 * scale);
        optimizer.step(.01);
        assertThat(Tensors.floats(weight))
            .containsExactly(new float[] {-.01f, .01f}, within(1e-6f));
      }
    }
  }

  @Test
  void epsilonDampsSmallGradients() {
    Tensor weight = leaf(0);
    try (AdamW optimizer = new AdamW(Map.of("w", weight), new AdamWConfig(.9, .999, 1e-8, 0))) {
      giveGradient(weight, 3e-8f);
      optimizer.step(1);
      assertThat(Tensors.scalar(weight)).isCloseTo(-.75, within(1e-4));
    }
  }

  @Test
  void weightDecayIsDecoupledFromTheGradient() {
    Tensor weight = leaf(2);
    try (AdamW optimizer = new AdamW(Map.of("w", weight), new AdamWConfig(.9, .999, 1e-8, .5))) {
      giveGradient(weight, 0);
      optimizer.step(.1);
      assertThat(Tensors.scalar(weight)).isCloseTo(2 * (1 - .1 * .5), within(1e-6));
    }
  }

  @Test
  void aParameterWithoutGradientStaysAsItIs() {
    Tensor used = leaf(1);
    Tensor unused = leaf(1);
    try (AdamW optimizer =
        new AdamW(Map.of("used", used, "unused", unused), new AdamWConfig(.9, .999, 1e-8, .5))) {
      giveGradient(used, 1);
      optimizer.step(.1);
      assertThat(Tensors.scalar(unused)).isEqualTo(1);
      assertThat(Tensors.scalar(used)).isLessThan(1);
      assertThat(optimizer.state().get("used.step").item_long()).isEqualTo(1);
      assertThat(optimizer.state().get("unused.step").item_long()).isZero();
      optimizer.zeroGrad();
      assertThat(Autograd.grad(used)).isNull();
    }
  }

  @Test
  void resumesExactlyFromAFile(@TempDir Path folder) {
    Path file = folder.resolve("optimizer.safetensors");
    Tensor whole = leaf(Domain.EXAMPLE.stream(1).normals(50));
    try (AdamW optimizer = new AdamW(Map.of("w", whole), FLOW_GRPO)) {
      steps(optimizer, whole, 0, 5);
      EngineTensors.save(file, optimizer.state(), DType.F32, Map.of());
      Tensor resumed = whole.detach().clone().set_requires_grad(true);
      try (AdamW second = new AdamW(Map.of("w", resumed), FLOW_GRPO);
          TensorStore saved = TensorStore.open(file)) {
        second.load(saved.load(saved.names(), DType.F32));
        steps(optimizer, whole, 5, 9);
        steps(second, resumed, 5, 9);
        assertThat(Tensors.floats(resumed)).isEqualTo(Tensors.floats(whole));
      }
    }
  }

  private static void steps(AdamW optimizer, Tensor weight, int from, int to) {
    for (int i = from; i < to; i++) {
      optimizer.zeroGrad();
      giveGradient(weight, Domain.EXAMPLE.stream(2, i).normals(50));
      optimizer.step(.01);
    }
  }

  @Test
  void aStateThatDoesNotFitIsReportedWholeAndChangesNothing() {
    Tensor weight = leaf(1, 2);
    try (AdamW optimizer = new AdamW(Map.of("w", weight), FLOW_GRPO)) {
      giveGradient(weight, 1, 1);
      optimizer.step(.01);
      float[] before = Tensors.floats(optimizer.state().get("w.exp_avg"));
      Map<String, Tensor> wrong = Map.of("w.exp_avg", leaf(1, 2, 3), "x.step", leaf(1));
      assertThatThrownBy(() -> optimizer.load(wrong))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("w.exp_avg has shape [3], expected [2]")
          .hasMessageContaining("missing w.exp_avg_sq")
          .hasMessageContaining("missing w.step")
          .hasMessageContaining("unexpected x.step");
      assertThat(Tensors.floats(optimizer.state().get("w.exp_avg"))).isEqualTo(before);
    }
  }

  @Test
  void momentsOutliveTheScopeThatTheyWereMadeIn() {
    Tensor weight = leaf(1);
    AdamW optimizer;
    try (Scope inner = new Scope()) {
      optimizer = new AdamW(Map.of("w", weight), FLOW_GRPO);
    }
    try (optimizer) {
      giveGradient(weight, 1);
      optimizer.step(.1);
      assertThat(Tensors.floats(optimizer.state().get("w.exp_avg"))[0])
          .isCloseTo(.1f, within(1e-6f));
    }
  }

  @Test
  void halfPrecisionWeightsAndWrongSettingsAreRefused() {
    Tensor half = leaf(1).to(ScalarType.BFloat16);
    assertThatThrownBy(() -> new AdamW(Map.of("w", half), FLOW_GRPO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameter w is BFloat16");
    assertThatThrownBy(() -> new AdamWConfig(1, -1, 0, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("beta1")
        .hasMessageContaining("beta2");
  }

  static Tensor leaf(float... values) {
    return Tensors.of(values, values.length).set_requires_grad(true);
  }

  /** The gradient of {@code sum(weight * gradient)}. */
  static void giveGradient(Tensor weight, float... gradient) {
    weight.mul(Tensors.of(gradient, gradient.length)).sum().backward();
  }

  private static float[] floats(JsonNode values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return floats;
  }

  private static void assertClose(Tensor actual, JsonNode expected) {
    float[] a = Tensors.floats(actual);
    float[] e = floats(expected);
    assertThat(a).hasSameSizeAs(e);
    for (int i = 0; i < e.length; i++) {
      assertThat(a[i]).isCloseTo(e[i], within(Math.abs(e[i]) * 1e-6f));
    }
  }
}
