package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class ParametersTest {
  @Test
  void whatAConfigurationAsksForTakesNoMemoryBeforeItIsThere() {
    Parameters none = Parameters.from(Map.of(), "x");
    none.get("a", Init.ZEROS, 1L << 30, 1L << 15);
    assertThatThrownBy(
            () -> {
              for (int i = 0; ; i++) { // as many layers as an integer may say
                none.get("layer" + i, Init.ZEROS, 2);
              }
            })
        .isInstanceOf(UserError.class)
        .hasMessageContaining("x does not fit its config.json")
        .hasMessageContaining("missing tensor a [1073741824, 32768]");
    assertThatThrownBy(() -> Parameters.from(Map.of(), "x").get("b", Init.ZEROS, 1L << 40, -1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("missing tensor b");
  }

  @Test
  void handsOutWhatWasLoaded() {
    try (Scope scope = new Scope()) {
      Tensor weight = Tensors.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      Tensor bias = Tensors.of(new float[] {7, 8}, 2);
      Parameters p = Parameters.from(Map.of("a.b.weight", weight, "a.b.bias", bias), "file");
      Linear linear = new Linear(p.sub("a"), "b", 3, 2);
      Parameters.Built built = p.finish();
      assertThat(built.tensors()).containsOnlyKeys("a.b.weight", "a.b.bias");
      assertThat(built.tensors().get("a.b.weight")).isSameAs(weight);
      assertThat(built.linears()).containsOnly(Map.entry("a.b", linear));
    }
  }

  @Test
  void everythingThatDoesNotFitIsNamedAtOnce() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> loaded =
          Map.of(
              "right", Tensors.of(new float[2], 2),
              "wrong", Tensors.of(new float[6], 3, 2),
              "other", Tensors.of(new float[1], 1));
      Parameters p = Parameters.from(loaded, "unet/");
      p.get("right", Init.ZEROS, 2);
      p.get("wrong", Init.ZEROS, 2, 3);
      p.sub("deep").get("gone", Init.ZEROS, 4);
      assertThatThrownBy(p::finish)
          .isInstanceOf(UserError.class)
          .hasMessage(
              """
              unet/ does not fit its config.json:
                missing tensor deep.gone [4]
                tensor wrong has shape [3, 2], expected [2, 3]
                unexpected tensor other [1]""");
    }
  }

  @Test
  void longListsAreCut() {
    Parameters p = Parameters.from(new HashMap<>(), "file");
    for (int i = 0; i < 50; i++) {
      p.get("t" + i, Init.ZEROS, 1);
    }
    String message = catchThrowable(p::finish).getMessage();
    assertThat(message.lines()).hasSize(22);
    assertThat(message).endsWith("and 30 more");
  }

  @Test
  void newValuesDependOnSeedAndNameAlone() {
    try (Scope scope = new Scope()) {
      Init init = new Init.Normal(2);
      Parameters first = Parameters.random(1);
      float[] a = Tensors.floats(first.get("a", init, 8));
      float[] b = Tensors.floats(first.get("b", init, 8));
      Parameters second = Parameters.random(1);
      assertThat(Tensors.floats(second.get("b", init, 8))).isEqualTo(b).isNotEqualTo(a);
      assertThat(Tensors.floats(second.get("a", init, 8))).isEqualTo(a);
      assertThat(Tensors.floats(Parameters.random(2).get("a", init, 8))).isNotEqualTo(a);
    }
  }

  @Test
  void everyWayToStart() {
    try (Scope scope = new Scope()) {
      Parameters p = Parameters.random(3);
      assertThat(Tensors.floats(p.get("zeros", Init.ZEROS, 3))).containsOnly(0);
      assertThat(Tensors.floats(p.get("ones", Init.ONES, 3))).containsOnly(1);
      Init given = new Init.Values(() -> new float[] {1, 2});
      assertThat(Tensors.floats(p.get("values", given, 2))).containsExactly(1, 2);
      double std = 0;
      for (float v : Tensors.floats(p.get("normal", new Init.Normal(0.5), 100_00))) {
        std += v * v / 100_00;
      }
      assertThat(Math.sqrt(std)).isBetween(0.485, 0.515);
      float[] uniform = Tensors.floats(p.get("uniform", Init.xavier(2, 4), 1000));
      float largest = 0;
      for (float v : uniform) {
        largest = Math.max(largest, Math.abs(v));
      }
      assertThat(largest).isBetween(0.99f, 1f); // sqrt(6 / (2 + 4)) = 1
    }
  }
}
