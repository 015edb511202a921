package dev.meander.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class StageConfigTest {
  private static StageConfig stage(int steps, int restart) {
    return new StageConfig(steps, 64, 1.0, 10, 20, restart, 0.999);
  }

  @Test
  void theRateReturnsToItsPeakAndFallsAgain() {
    StageConfig stage = stage(200, 100);
    assertThat(stage.rate(50)).isEqualTo(1);
    assertThat(stage.rate(99)).isLessThan(0.06);
    assertThat(stage.rate(100)).isEqualTo(1);
    assertThat(stage.rate(179)).isEqualTo(1);
    assertThat(stage.rate(199)).isCloseTo(stage.rate(99), within(1e-12));
  }

  @Test
  void aRestartThatIsNotReachedChangesNothing() {
    for (int step = 0; step < 80; step++) {
      assertThat(stage(80, 100).rate(step)).isEqualTo(stage(80, 0).rate(step));
    }
  }

  @Test
  void aRestartNeedsRoomOnBothSides() {
    assertThatThrownBy(() -> stage(200, 29)).hasMessageContaining("restart (29)");
    assertThatThrownBy(() -> stage(200, 181)).hasMessageContaining("restart (181)");
    assertThat(stage(200, 180).rate(180)).isEqualTo(1);
  }
}
