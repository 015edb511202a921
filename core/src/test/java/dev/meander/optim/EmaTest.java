package dev.meander.optim;

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
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EmaTest {
  private static final EmaConfig FLOW_GRPO = new EmaConfig(.9, 8, 10);

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
  void aConstantWeightIsApproachedGeometrically() {
    Tensor weight = leaf(0);
    try (Ema ema = new Ema(Map.of("w", weight), new EmaConfig(.75, 1, 1))) {
      set(weight, 1);
      for (int n = 1; n <= 5; n++) {
        ema.update();
        assertThat(average(ema)).isCloseTo(1 - Math.pow(.75, n), within(1e-6));
      }
      assertThat(Tensors.scalar(weight)).isEqualTo(1);
    }
  }

  @Test
  void onlyEveryNthUpdateCounts() {
    Tensor weight = leaf(0);
    try (Ema ema = new Ema(Map.of("w", weight), new EmaConfig(.5, 3, 1))) {
      set(weight, 1);
      double[] expected = {0, 0, .5, .5, .5, .75};
      for (double value : expected) {
        ema.update();
        assertThat(average(ema)).isCloseTo(value, within(1e-6));
      }
    }
  }

  @Test
  void earlyAveragesFollowTheWeights() {
    assertThat(FLOW_GRPO.decayAfter(0)).isEqualTo(.1);
    assertThat(FLOW_GRPO.decayAfter(7)).isEqualTo(8 / 17.0);
    assertThat(FLOW_GRPO.decayAfter(80)).isEqualTo(.9);
    assertThat(FLOW_GRPO.decayAfter(10_000)).isEqualTo(.9);
    Tensor weight = leaf(0);
    try (Ema ema = new Ema(Map.of("w", weight), new EmaConfig(.9, 1, 10))) {
      set(weight, 1);
      ema.update();
      assertThat(average(ema)).isCloseTo(.9, within(1e-6));
    }
  }

  @Test
  void swappingPutsTheAveragesInPlaceAndBack() {
    Tensor weight = leaf(0);
    try (Ema ema = new Ema(Map.of("w", weight), new EmaConfig(.75, 1, 1))) {
      set(weight, 1);
      ema.update();
      try (Snapshots.Use swap = ema.use()) {
        assertThat(Tensors.scalar(weight)).isEqualTo(.25);
        assertThatThrownBy(ema::update).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ema::state).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(ema::use).isInstanceOf(IllegalStateException.class);
        swap.close();
        assertThat(Tensors.scalar(weight)).isEqualTo(1);
      }
      assertThat(Tensors.scalar(weight)).isEqualTo(1);
      assertThat(average(ema)).isEqualTo(.25);
      assertThat(weight.requires_grad()).isTrue();
    }
  }

  @Test
  void resumesExactly() {
    Tensor weight = leaf(0);
    try (Ema whole = new Ema(Map.of("w", weight), new EmaConfig(.9, 3, 10))) {
      move(whole, weight, 0, 7);
      Map<String, Tensor> saved = new LinkedHashMap<>();
      whole.state().forEach((name, tensor) -> saved.put(name, tensor.clone()));
      try (Ema resumed = new Ema(Map.of("w", weight), new EmaConfig(.9, 3, 10))) {
        resumed.load(saved);
        move(whole, weight, 7, 20);
        move(resumed, weight, 7, 20);
        assertThat(average(resumed)).isEqualTo(average(whole));
      }
    }
  }

  private static void move(Ema ema, Tensor weight, int from, int to) {
    for (int i = from; i < to; i++) {
      set(weight, i * i);
      ema.update();
    }
  }

  @Test
  void aStateThatDoesNotFitIsRefused() {
    try (Ema ema = new Ema(Map.of("w", leaf(0)), FLOW_GRPO)) {
      assertThatThrownBy(() -> ema.load(Map.of("v", leaf(0))))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("missing w")
          .hasMessageContaining("missing updates")
          .hasMessageContaining("unexpected v");
    }
  }

  @Test
  void wrongSettingsAreAllNamed() {
    assertThatThrownBy(() -> new EmaConfig(1, 0, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("decay")
        .hasMessageContaining("every")
        .hasMessageContaining("warm_up");
  }

  private static void set(Tensor weight, double value) {
    Autograd.noGrad(() -> weight.fill_(new Scalar(value)));
  }

  private static double average(Ema ema) {
    return Tensors.scalar(ema.averages().get("w"));
  }
}
