package dev.meander.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the rollout has to keep for a loss. */
class NeedsTest {
  @Test
  void guardAloneNeedsTheOldMean() {
    assertThat(new GuardObjective(1e-3).needsOldMean()).isTrue();
    assertThat(new ClippedObjective(1e-3).needsOldMean()).isFalse();
  }

  @Test
  void everyPenaltyNeedsTheReference() {
    assertThat(new FlowGrpoKl(0.01).needsReference()).isTrue();
    assertThat(new PaperKl(0.01).needsReference()).isTrue();
    assertThat(new NoKl().needsReference()).isFalse();
  }
}
