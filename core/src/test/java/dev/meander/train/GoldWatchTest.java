package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meander.event.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GoldWatchTest {
  /** A watch with its state, as the trainer has them. */
  private static final class Watching {
    private final GoldWatch watch;
    private GoldWatch.State state = GoldWatch.State.START;

    Watching(GoldWatch.Config config) {
      this.watch = new GoldWatch(config);
    }

    List<Event.RewardsDiverged> add(long step, double reward, Map<String, Double> gold) {
      GoldWatch.Seen seen = watch.add(state, step, reward, gold);
      state = seen.state();
      return seen.found();
    }
  }

  private static List<Event.RewardsDiverged> watch(
      Watching watch, int from, int to, IntToDoubleFunction reward, IntToDoubleFunction gold) {
    List<Event.RewardsDiverged> found = new ArrayList<>();
    for (int step = from; step <= to; step++) {
      found.addAll(
          watch.add(step, reward.applyAsDouble(step), Map.of("gold", gold.applyAsDouble(step))));
    }
    return found;
  }

  @Test
  void aLineIsFitted() {
    // 1, 3, 2, 4 at 0..3: slope (−1.5·1 − 0.5·3 + 0.5·2 + 1.5·4) / 5 = 0.8; residuals −0.3, 0.9,
    // −0.9, 0.3.
    GoldWatch.Trend trend = GoldWatch.Trend.of(new double[] {1, 3, 2, 4});
    assertThat(trend.slope()).isCloseTo(0.8, within(1e-12));
    assertThat(trend.change()).isCloseTo(2.4, within(1e-12));
    assertThat(trend.error()).isCloseTo(Math.sqrt(1.8 / 2 / 5), within(1e-12));
    assertThat(trend.rises(1.8)).isTrue();
    assertThat(trend.rises(1.9)).isFalse();
    assertThat(trend.falls(0)).isFalse();
  }

  @Test
  void upAndDownIsReportedOnceWhenTheWindowIsFull() {
    Watching watch = new Watching(new GoldWatch.Config(5, 2));

    List<Event.RewardsDiverged> found =
        watch(watch, 1, 12, step -> 0.1 * step, step -> 1 - 0.05 * step);

    assertThat(found).hasSize(1);
    assertThat(found.get(0).step()).isEqualTo(5);
    assertThat(found.get(0).gold()).isEqualTo("gold");
    assertThat(found.get(0).rewardChange()).isCloseTo(0.4, within(1e-12));
    assertThat(found.get(0).goldChange()).isCloseTo(-0.2, within(1e-12));
    // It recovers, and diverges again.
    assertThat(watch(watch, 13, 20, step -> 0.1 * step, step -> 0.05 * step)).isEmpty();
    assertThat(watch(watch, 21, 30, step -> 0.1 * step, step -> 1 - 0.05 * step)).hasSize(1);
  }

  @Test
  void bothUpBothDownOrFlatIsFine() {
    IntToDoubleFunction up = step -> 0.1 * step;
    IntToDoubleFunction down = step -> -0.1 * step;
    IntToDoubleFunction flat = step -> 0.5;
    for (IntToDoubleFunction[] pair :
        new IntToDoubleFunction[][] {
          {up, up}, {down, down}, {down, up}, {up, flat}, {flat, down}
        }) {
      Watching watch = new Watching(new GoldWatch.Config(5, 2));
      assertThat(watch(watch, 1, 30, pair[0], pair[1])).isEmpty();
    }
    Watching off = new Watching(new GoldWatch.Config(0, 2));
    assertThat(watch(off, 1, 30, up, down)).isEmpty();
  }

  @Test
  void noiseAloneRarelyWarns() {
    Random random = new Random(5);
    int warnings = 0;
    for (int run = 0; run < 100; run++) {
      Watching watch = new Watching(new GoldWatch.Config(20, 2));
      IntToDoubleFunction noise = step -> random.nextGaussian();
      warnings += watch(watch, 1, 100, noise, noise).isEmpty() ? 0 : 1;
    }
    assertThat(warnings).isLessThan(25);
  }

  @Test
  void aSavedStateGoesOnAsTheOneThatWasNotSaved() throws Exception {
    Watching whole = new Watching(new GoldWatch.Config(5, 2));
    Watching resumed = new Watching(new GoldWatch.Config(5, 2));
    for (int step = 1; step <= 7; step++) {
      whole.add(step, step / 3.0, Map.of("gold", -0.1 * step, "other", 0.1));
    }
    String saved = whole.state.toJson().toString();

    resumed.state = GoldWatch.State.fromJson(new ObjectMapper().readTree(saved));

    assertThat(resumed.state).isEqualTo(whole.state);
    assertThat(resumed.state.diverging()).containsExactly("gold");
    // It has warned already, so it does not now; it warns after a recovery.
    int warnings = 0;
    for (int step = 8; step <= 40; step++) {
      Map<String, Double> gold = Map.of("gold", Math.sin(step / 3.0), "other", 0.1);
      List<Event.RewardsDiverged> found = whole.add(step, step / 3.0, gold);
      assertThat(resumed.add(step, step / 3.0, gold)).isEqualTo(found);
      warnings += found.size();
    }
    assertThat(warnings).isPositive();
  }

  @Test
  void aWindowTooShortForATrendIsRefused() {
    assertThatThrownBy(() -> new GoldWatch.Config(3, 2)).hasMessageContaining("4 rollouts");
  }

  @Test
  void aSlopeOfExactlyTheThresholdIsNone() {
    assertThat(new GoldWatch.Trend(1, 0.5, 3).rises(2)).isFalse();
    assertThat(new GoldWatch.Trend(1, 0.5, 3).rises(1.5)).isTrue();
    assertThat(new GoldWatch.Trend(-1, 0.5, -3).falls(2)).isFalse();
    assertThat(new GoldWatch.Trend(-1, 0.5, -3).falls(1.5)).isTrue();
    assertThat(new GoldWatch.Trend(0, 0.5, 0).rises(0)).isFalse();
    assertThat(new GoldWatch.Trend(0, 0.5, 0).falls(0)).isFalse();
  }
}
