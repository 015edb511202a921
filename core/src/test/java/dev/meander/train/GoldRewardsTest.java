package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoldRewardsTest {
  private static final String BLACK = "{name: mean_color, config: {target: [0, 0, 0]}}";
  private static final String WHITE = "{name: mean_color, config: {target: [255, 255, 255]}}";

  @TempDir private Path temp;

  private static <E extends Event> List<E> events(Path run, Class<E> kind) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(Stamped::event)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  @Test
  void theyAreMeasuredAndChangeNothing() {
    Path with = temp.resolve("with");
    Path without = temp.resolve("without");
    String[] settings = {"rollouts=2", "evaluation.every=0"};
    TinyRun.run(
        with, false, settings[0], settings[1], "gold_rewards=[" + BLACK + ", " + WHITE + "]");
    TinyRun.run(without, false, settings[0], settings[1], "gold_rewards=[]");

    assertThat(with.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(without.resolve("adapter/adapter_model.safetensors"));
    List<Event.RolloutFinished> rollouts = events(with, Event.RolloutFinished.class);
    assertThat(rollouts)
        .isEqualTo(withSecondsOf(rollouts, events(without, Event.RolloutFinished.class)));
    List<Event.ImagesMeasured> measured = events(with, Event.ImagesMeasured.class);
    assertThat(measured).hasSize(2);
    for (Event.ImagesMeasured images : measured) {
      assertThat(images.gold()).containsOnlyKeys("mean_color_0", "mean_color_1");
      assertThat(images.gold().get("mean_color_0")).isBetween(0.0, 1.0);
      assertThat(images.sharpness()).isPositive();
      assertThat(images.diversity()).isBetween(0.0, 1.0);
    }
    assertThat(events(without, Event.ImagesMeasured.class))
        .allSatisfy(images -> assertThat(images.gold()).isEmpty())
        .extracting(Event.ImagesMeasured::saturation)
        .containsExactlyElementsOf(
            measured.stream().map(Event.ImagesMeasured::saturation).toList());
  }

  private static List<Event.RolloutFinished> withSecondsOf(
      List<Event.RolloutFinished> timed, List<Event.RolloutFinished> rollouts) {
    return java.util.stream.IntStream.range(0, rollouts.size())
        .mapToObj(
            i -> {
              Event.RolloutFinished r = rollouts.get(i);
              return new Event.RolloutFinished(
                  r.step(),
                  r.images(),
                  r.rewardMean(),
                  r.rewardStd(),
                  r.rewards(),
                  r.zeroStdRatio(),
                  r.passes(),
                  r.evaluations(),
                  timed.get(i).seconds(),
                  timed.get(i).rewardWaitSeconds());
            })
        .toList();
  }

  @Test
  void aDivergenceIsShownEverywhere() {
    Path run = temp.resolve("run");

    // Brighter is rewarded, darker is gold.
    TinyRun.run(
        run,
        false,
        "rollouts=12",
        "data.group_size=8",
        "method.kl=none",
        "update.learning_rate.peak=0.02",
        "evaluation.every=0",
        "checkpoints.every=100",
        "gold_rewards=[" + BLACK + "]",
        "gold_watch.window=6");

    List<Event.RewardsDiverged> found = events(run, Event.RewardsDiverged.class);
    assertThat(found).isNotEmpty();
    assertThat(found.get(0).gold()).isEqualTo("mean_color");
    assertThat(found.get(0).rewardChange()).isPositive();
    assertThat(found.get(0).goldChange()).isNegative();
    assertThat(run.resolve("report.html"))
        .content()
        .contains("images_measured.gold.mean_color", "images_measured.diversity")
        .contains("while the gold reward mean_color fell by");
  }

  @Test
  void theyHaveNoWeight() {
    assertThatThrownBy(() -> TinyRun.config("gold_rewards=[{name: constant, weight: 2}]"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("gold_rewards[0].weight is not a setting");
  }
}
