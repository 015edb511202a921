package dev.meander.optim;

import static dev.meander.optim.AdamWTest.leaf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SnapshotsTest {
  private Scope scope;
  private Tensor weight;
  private Snapshots snapshots;

  @BeforeEach
  void open() {
    scope = new Scope();
    weight = leaf(1);
    snapshots = new Snapshots(Map.of("w", weight));
    snapshots.take("first");
    set(2);
    snapshots.take("second");
    set(3);
  }

  @AfterEach
  void close() {
    snapshots.close();
    scope.close();
  }

  private void set(double value) {
    Autograd.noGrad(() -> weight.fill_(new Scalar(value)));
  }

  private double weight() {
    return Tensors.scalar(weight);
  }

  private double value(String name) {
    return Tensors.scalar(snapshots.values(name).get("w"));
  }

  @Test
  void eachStandsInForTheWeightsAndGoesBack() {
    assertThat(snapshots.<Double>under("first", this::weight)).isEqualTo(1);
    assertThat(snapshots.<Double>under("second", this::weight)).isEqualTo(2);
    assertThat(
            snapshots.<Double>under(
                "first", () -> 10 * weight() + snapshots.<Double>under("second", this::weight)))
        .isEqualTo(12);
    assertThat(weight()).isEqualTo(3);
    assertThat(value("first")).isEqualTo(1);
    assertThat(value("second")).isEqualTo(2);
  }

  @Test
  void workThatThrowsLeavesTheWeightsAsTheyWere() {
    assertThatThrownBy(
            () ->
                snapshots.under(
                    "first",
                    () -> {
                      throw new IllegalArgumentException("no");
                    }))
        .hasMessage("no");
    assertThat(weight()).isEqualTo(3);
  }

  @Test
  void blendingMovesOneTowardsTheWeights() {
    snapshots.blend("first", 0.75);

    assertThat(value("first")).isEqualTo(1.5);
    assertThat(value("second")).isEqualTo(2);
    assertThat(weight()).isEqualTo(3);
  }

  @Test
  void takenAgainItHoldsThePresentWeights() {
    snapshots.take("first");

    assertThat(value("first")).isEqualTo(3);
    assertThat(snapshots.names()).containsExactlyInAnyOrder("first", "second");
  }

  @Test
  void whileOneIsUsedNoneChanges() {
    try (Snapshots.Use use = snapshots.use("first")) {
      assertThatThrownBy(() -> snapshots.blend("second", 0.5)).hasMessageContaining("first");
      assertThatThrownBy(() -> snapshots.take("third")).hasMessageContaining("first");
      assertThatThrownBy(() -> snapshots.values("second")).hasMessageContaining("first");
      assertThatThrownBy(() -> snapshots.drop("second")).hasMessageContaining("first");
      assertThatThrownBy(() -> snapshots.use("first")).hasMessageContaining("in use already");
      try (Snapshots.Use inner = snapshots.use("second")) {
        assertThatThrownBy(use::close).hasMessageContaining("second before first");
      }
    }
    assertThat(weight()).isEqualTo(3);
  }

  @Test
  void closingThemGivesTheWeightsBack() {
    snapshots.use("first");
    snapshots.use("second");

    snapshots.close();

    assertThat(weight()).isEqualTo(3);
    assertThat(snapshots.names()).isEmpty();
    assertThatThrownBy(() -> snapshots.use("first")).hasMessageContaining("no snapshot first");
  }
}
