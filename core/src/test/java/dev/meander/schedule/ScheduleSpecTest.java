package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.UserError;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScheduleSpecTest {
  @Test
  void staticShiftOfSd3MatchesThePublishedTenSteps() {
    double[] expected = {1, .9601, .9133, .8577, .7904, .7073, .6022, .4649, .2780, .0089, 0};
    SigmaSchedule schedule = new StaticShift(3).schedule(10);
    assertThat(schedule.steps()).isEqualTo(10);
    for (int k = 0; k <= 10; k++) {
      assertThat((double) schedule.sigma(k)).isCloseTo(expected[k], within(5e-5));
    }
  }

  @Test
  void staticShiftOfOneIsEven() {
    SigmaSchedule schedule = new StaticShift(1).schedule(1000);
    for (int k = 0; k < 1000; k++) {
      assertThat((double) schedule.sigma(k)).isCloseTo(1 - k / 1000.0, within(1e-6));
    }
  }

  @Test
  void staticShiftIsAppliedTwiceAtTheLastPoint() {
    double once = 3 * .001 / (1 + 2 * .001);
    double twice = 3 * once / (1 + 2 * once);
    assertThat((double) new StaticShift(3).schedule(10).sigma(9)).isCloseTo(twice, within(1e-8));
  }

  @Test
  void dynamicShiftIsLinearInTheTokens() {
    assertThat(new DynamicShift(256, 256, 4096, 0.5, 1.15).mu()).isCloseTo(0.5, within(1e-12));
    assertThat(new DynamicShift(4096, 256, 4096, 0.5, 1.15).mu()).isCloseTo(1.15, within(1e-12));
    assertThat(new DynamicShift(2176, 256, 4096, 0.5, 1.15).mu()).isCloseTo(0.825, within(1e-12));
  }

  @Test
  void dynamicShiftMultipliesTheOddsOfNoise() {
    SigmaSchedule schedule = new DynamicShift(4096, 256, 4096, 0.5, 1.15).schedule(4);
    assertThat(schedule.sigma(0)).isEqualTo(1f);
    for (int k = 1; k < 4; k++) {
      double u = 1 - k / 4.0;
      double odds = schedule.sigma(k) / (1.0 - schedule.sigma(k));
      assertThat(odds).isCloseTo(Math.exp(1.15) * u / (1 - u), within(1e-5));
    }
  }

  @Test
  void dynamicShiftOfTheTableEndsAtItsLastEntry() {
    SigmaSchedule schedule =
        new TableDynamicShift(new DynamicShift(4096, 256, 4096, 0.5, 1.15)).schedule(4);
    assertThat(schedule.sigma(0)).isEqualTo(1f);
    double odds = schedule.sigma(3) / (1.0 - schedule.sigma(3));
    assertThat(odds).isCloseTo(Math.exp(1.15) / 999, within(1e-8));
  }

  @Test
  void uniformShiftIsShiftedOnce() {
    SigmaSchedule schedule = new UniformShift(3).schedule(4);
    float[] expected = {1, .9f, .75f, .5f, 0};
    assertThat(schedule.sigmas()).containsExactly(expected, within(1e-6f));
  }

  @Property
  void everySpacingRunsFromOneToZero(
      @ForAll @IntRange(min = 1, max = 200) int steps,
      @ForAll @DoubleRange(min = 0.2, max = 10) double shift) {
    for (ScheduleSpec spec :
        new ScheduleSpec[] {
          new StaticShift(shift),
          new UniformShift(shift),
          new DynamicShift((int) (shift * 500), 256, 4096, 0.5, 1.15)
        }) {
      SigmaSchedule schedule = spec.schedule(steps);
      assertThat(schedule.steps()).isEqualTo(steps);
      assertThat(schedule.sigma(0)).isEqualTo(1f);
      assertThat(schedule.sigma(steps)).isZero();
      double total = 0;
      for (int k = 0; k < steps; k++) {
        assertThat(schedule.dt(k)).isNegative().isEqualTo(-schedule.delta(k));
        total += schedule.delta(k);
      }
      assertThat(total).isCloseTo(1, within(1e-5));
    }
  }

  /** In float32 two levels would be one, or none would be a number. */
  @Test
  void aShiftThatLeavesNoStepsIsNamed() {
    for (ScheduleSpec spec :
        List.of(
            new StaticShift(1e30),
            new StaticShift(1e-30),
            new UniformShift(1e30),
            new FluxShift(1e30),
            new DynamicShift(1024, 256, 4096, 1e6, 1e6),
            new DynamicShift(1024, 256, 4096, 1e300, -1e300),
            new TableDynamicShift(new DynamicShift(1024, 256, 4096, 1e6, 1e6)))) {
      assertThatThrownBy(() -> spec.schedule(20))
          .as("%s", spec)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("20 steps cannot be taken with this shift: sigmas ");
    }
  }

  @Test
  void wrongNumbersAreNamed() {
    assertThatThrownBy(() -> new StaticShift(3).schedule(0))
        .isInstanceOf(UserError.class)
        .hasMessage("steps must be at least 1, not 0");
    for (ScheduleSpec spec : List.of(new StaticShift(1), new UniformShift(1), new FluxShift(1))) {
      assertThatThrownBy(() -> spec.schedule(100_000_000))
          .isInstanceOf(UserError.class)
          .hasMessage("steps must be at most 10000, not 100000000");
    }
    assertThatThrownBy(() -> new StaticShift(-1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("shift")
        .hasMessageContaining("-1");
    assertThatThrownBy(() -> new UniformShift(Double.NaN)).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> new DynamicShift(0, 256, 4096, .5, 1.15))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("image_tokens");
  }
}
