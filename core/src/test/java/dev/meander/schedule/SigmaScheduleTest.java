package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SigmaScheduleTest {
  @Test
  void differencesAreFloat32() {
    SigmaSchedule schedule = new SigmaSchedule(new float[] {1, .7f, .1f, 0});
    assertThat(schedule.dt(1)).isEqualTo(.1f - .7f);
    assertThat(schedule.delta(0)).isEqualTo(1 - .7f);
  }

  @Test
  void theArrayInsideCannotBeChanged() {
    float[] sigmas = {1, .5f, 0};
    SigmaSchedule schedule = new SigmaSchedule(sigmas);
    sigmas[1] = .9f;
    schedule.sigmas()[1] = .8f;
    assertThat(schedule).isEqualTo(new SigmaSchedule(new float[] {1, .5f, 0}));
  }

  @Test
  void whatIsNotASequenceFromNoiseToImageIsRefused() {
    assertRefused(1);
    assertRefused(1, .5f);
    assertRefused(1.5f, 0);
    assertRefused(Float.NaN, 0);
    assertRefused(1, Float.NaN, 0);
    assertRefused(1, .5f, .5f, 0);
    assertThatThrownBy(() -> new SigmaSchedule(new float[] {1, .2f, .3f, 0}))
        .hasMessageContaining("sigma[1] = 0.2 is followed by 0.3");
  }

  private static void assertRefused(float... sigmas) {
    assertThatThrownBy(() -> new SigmaSchedule(sigmas))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
