package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The smallest values that are allowed, and their neighbours that are not. */
class BoundariesTest {
  private static void refused(String because, ThrowingCallable work) {
    assertThatThrownBy(work).isInstanceOf(UserError.class).hasMessageContaining(because);
  }

  @Test
  void ranges() {
    StepRange range = new StepRange(0, 2);
    assertThat(List.of(range.contains(-1), range.contains(0), range.contains(1), range.contains(2)))
        .containsExactly(false, true, true, false);
    assertThatThrownBy(() -> new StepRange(-1, 2)).hasMessageContaining("[-1, 2)");
    assertThatThrownBy(() -> new StepRange(1, 1)).hasMessageContaining("[1, 1)");
  }

  @Test
  void windows() {
    assertThat(new FullWindow().window(2, 1, 0)).isEqualTo(new StepRange(0, 1));
    refused("at least 2 steps", () -> new FullWindow().window(1, 1, 0));
    assertThat(new RandomWindow(3, 0, 3).window(4, 1, 0)).isEqualTo(new StepRange(0, 3));
    refused("does not fit", () -> new RandomWindow(4, 0, 3));
    refused("size must be at least 1, found 0", () -> new RandomWindow(0, 0, 3));
    refused("from must be at least 0, found -1", () -> new RandomWindow(1, -1, 3));
    refused("size must be at least 1, found 0", () -> new SlidingWindow(0, 1, 1));
    refused("stride must be at least 1, found 0", () -> new SlidingWindow(1, 0, 1));
    refused("interval must be at least 1, found 0", () -> new SlidingWindow(1, 1, 0));
  }

  @Test
  void shifts() {
    refused("shift must be greater than 0", () -> new FluxShift(0));
    refused("shift must be greater than 0", () -> new UniformShift(0));
    refused("shift must be greater than 0", () -> new StaticShift(0));
    refused("finite number", () -> new UniformShift(Double.POSITIVE_INFINITY));
    refused("steps must be at least 1", () -> new UniformShift(3).schedule(0));
    assertThat(new DynamicShift(1, 1, 2, 0.5, 1).mu()).isEqualTo(0.5);
    refused("image_tokens must be at least 1", () -> new DynamicShift(0, 1, 2, 0.5, 1));
    refused("must exceed", () -> new DynamicShift(1, 2, 2, 0.5, 1));
  }

  @Test
  void schedulesAreValues() {
    SigmaSchedule one = new SigmaSchedule(new float[] {1, 0.5f, 0});
    SigmaSchedule same = new SigmaSchedule(new float[] {1, 0.5f, 0});
    SigmaSchedule other = new SigmaSchedule(new float[] {1, 0.25f, 0});
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(other).isNotEqualTo("x");
    assertThat(one.hashCode()).isNotEqualTo(other.hashCode());
    assertThat(one).hasToString("SigmaSchedule[1.0, 0.5, 0.0]");
  }
}
