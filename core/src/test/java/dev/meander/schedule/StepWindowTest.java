package dev.meander.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class StepWindowTest {
  @Test
  void fullIsAllButTheLast() {
    StepRange range = new FullWindow().window(10, 1, 5);
    assertThat(range).isEqualTo(new StepRange(0, 9));
    assertThat(range.size()).isEqualTo(9);
    assertThat(range.contains(8)).isTrue();
    assertThat(range.contains(9)).isFalse();
    assertThat(range.steps().sum()).isEqualTo(36);
  }

  @Test
  void fixedStaysWhereItIs() {
    StepWindow window = new FixedWindow(2, 3);
    assertThat(window.window(10, 1, 0)).isEqualTo(new StepRange(2, 5));
    assertThat(window.window(10, 9, 77)).isEqualTo(new StepRange(2, 5));
  }

  @Test
  void randomVisitsEveryPositionAboutEquallyOften() {
    StepWindow window = new RandomWindow(2, 1, 6);
    Map<Integer, Integer> starts = new HashMap<>();
    for (int rollout = 0; rollout < 4000; rollout++) {
      StepRange range = window.window(10, 42, rollout);
      assertThat(range.size()).isEqualTo(2);
      starts.merge(range.start(), 1, Integer::sum);
    }
    assertThat(starts).containsOnlyKeys(1, 2, 3, 4);
    assertThat(starts.values()).allMatch(count -> 870 < count && count < 1130);
  }

  @Property
  void randomIsAFunctionOfSeedAndRollout(
      @ForAll long seed, @ForAll @IntRange(min = 0, max = 100000) int rollout) {
    StepRange once = new RandomWindow(3, 0, 9).window(10, seed, rollout);
    assertThat(new RandomWindow(3, 0, 9).window(10, seed, rollout)).isEqualTo(once);
  }

  @Test
  void slidingMovesAndThenStays() {
    StepWindow window = new SlidingWindow(4, 2, 25);
    assertThat(window.window(10, 0, 0)).isEqualTo(new StepRange(0, 4));
    assertThat(window.window(10, 0, 24)).isEqualTo(new StepRange(0, 4));
    assertThat(window.window(10, 0, 25)).isEqualTo(new StepRange(2, 6));
    assertThat(window.window(10, 0, 50)).isEqualTo(new StepRange(4, 8));
    assertThat(window.window(10, 0, 75)).isEqualTo(new StepRange(5, 9));
    assertThat(window.window(10, 0, Long.MAX_VALUE)).isEqualTo(new StepRange(5, 9));
  }

  @Test
  void theLastStepIsNeverInside() {
    for (StepWindow window :
        new StepWindow[] {
          new FixedWindow(8, 2), new RandomWindow(1, 0, 10), new SlidingWindow(10, 1, 1)
        }) {
      assertThatThrownBy(() -> window.window(10, 0, 0))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("must lie within [0, 9)");
    }
    assertThatThrownBy(() -> new FullWindow().window(1, 0, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("at least 2 steps");
  }

  @Test
  void wrongNumbersAreNamed() {
    assertThatThrownBy(() -> new FixedWindow(-1, 2)).hasMessageContaining("-1");
    assertThatThrownBy(() -> new FixedWindow(0, 0)).hasMessageContaining("size");
    assertThatThrownBy(() -> new RandomWindow(4, 2, 5))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("4 steps does not fit into [2, 5)");
    assertThatThrownBy(() -> new SlidingWindow(4, 0, 25)).hasMessageContaining("stride");
  }
}
