package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.image.Image;
import dev.meander.image.ImageStatistics;
import dev.meander.internal.runs.RolloutTrace;
import dev.meander.internal.runs.TraceStore;
import dev.meander.reward.Reward;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run reports is what its images, its rewards and its weights say. */
class ReportedNumbersTest {
  private static final String DARK = "{name: mean_color, config: {target: [0, 0, 0]}, weight: -3}";

  @TempDir private Path temp;

  private <E extends Event> List<E> events(Path run, Class<E> kind) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream()
        .map(Stamped::event)
        .filter(kind::isInstance)
        .map(kind::cast)
        .toList();
  }

  /** The first rollout of a run with these rewards. */
  private Event.RolloutFinished rollout(String name, String rewards) {
    Path run = temp.resolve(name);
    TinyRun.run(run, false, "rollouts=1", "evaluation.every=0", "rewards=[" + rewards + "]");
    return events(run, Event.RolloutFinished.class).get(0);
  }

  @Test
  void theRewardIsTheWeightedSumOfAll() {
    Event.RolloutFinished both = rollout("both", "{name: brightness, weight: 0.5}, " + DARK);
    double bright = both.rewards().get("brightness");
    double dark = both.rewards().get("mean_color");
    assertThat(bright).isBetween(0.0, 1.0);
    assertThat(dark).isBetween(0.0, 1.0);
    assertThat(both.rewardMean()).isCloseTo(0.5 * bright - 3 * dark, within(1e-9));

    // The same images: the first rollout knows nothing of the rewards.
    Event.RolloutFinished one = rollout("one", "{name: brightness}");
    Event.RolloutFinished four = rollout("four", "{name: brightness, weight: -4}");
    assertThat(one.rewardMean()).isCloseTo(bright, within(1e-9));
    assertThat(four.rewards()).isEqualTo(one.rewards());
    assertThat(four.rewardMean()).isCloseTo(-4 * one.rewardMean(), within(1e-9));
    assertThat(one.rewardStd()).isPositive();
    assertThat(four.rewardStd()).isCloseTo(4 * one.rewardStd(), within(1e-6));
  }

  @Test
  void picturesAreMeasuredInEveryGroup() {
    Path run = temp.resolve("run");
    WitnessProvider.take();
    TinyRun.run(
        run,
        false,
        "rollouts=1",
        "evaluation.every=0",
        "data.prompts_per_rollout=3",
        "update.updates_per_rollout=1",
        "rewards=[{name: witness}]");
    Map<String, List<Image>> groups = new LinkedHashMap<>();
    List<Double> scores = new ArrayList<>();
    for (Reward.Sample sample : WitnessProvider.take()) {
      groups.computeIfAbsent(sample.prompt().text(), text -> new ArrayList<>()).add(sample.image());
      scores.add(brightness(sample.image()));
    }
    assertThat(groups).hasSize(3).allSatisfy((text, images) -> assertThat(images).hasSize(3));
    List<Double> diversities = groups.values().stream().map(ImageStatistics::diversity).toList();
    double diversity = mean(diversities);
    assertThat(diversities).allSatisfy(d -> assertThat(d).isNotCloseTo(diversity, within(1e-6)));

    Event.ImagesMeasured measured = events(run, Event.ImagesMeasured.class).get(0);
    ImageStatistics all =
        ImageStatistics.average(
            groups.values().stream().flatMap(Collection::stream).map(ImageStatistics::of).toList());
    assertThat(measured.diversity()).isCloseTo(diversity, within(1e-12));
    assertThat(measured.sharpness()).isCloseTo(all.sharpness(), within(1e-12));
    assertThat(measured.edgeDensity()).isCloseTo(all.edgeDensity(), within(1e-12));
    assertThat(measured.saturation()).isCloseTo(all.saturation(), within(1e-12));

    Event.RolloutFinished rollout = events(run, Event.RolloutFinished.class).get(0);
    double mean = mean(scores);
    double std = Math.sqrt(mean(scores.stream().map(s -> (s - mean) * (s - mean)).toList()));
    assertThat(rollout.rewardMean()).isCloseTo(mean, within(1e-6));
    assertThat(rollout.rewardStd()).isCloseTo(std, within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ode", "sde"})
  void theSpreadOfBranchesIsThatOfAllTheirImages(String trunk) {
    Path run = temp.resolve(trunk);
    WitnessProvider.take();
    TinyRun.run(
        run,
        false,
        "rollouts=1",
        "evaluation.every=0",
        "evaluation.limit=1",
        "method.plan={type: branches, branches: 3, trunk: " + trunk + "}",
        "rewards=[{name: witness}]");
    double[] scores =
        WitnessProvider.take().stream().mapToDouble(s -> brightness(s.image())).toArray();
    Event.RolloutFinished rollout = events(run, Event.RolloutFinished.class).get(0);
    assertThat(scores).hasSize(2 * 3 * 3).hasSize(rollout.images());
    double mean = Arrays.stream(scores).average().orElseThrow();
    double std =
        Math.sqrt(Arrays.stream(scores).map(s -> (s - mean) * (s - mean)).average().orElseThrow());
    assertThat(rollout.rewardMean()).isCloseTo(mean, within(1e-6));
    assertThat(rollout.rewardStd()).isCloseTo(std, within(1e-6));

    List<RolloutTrace.Row> rows = new TraceStore(run).read(1).rows();
    double[] rowMeans = rows.stream().mapToDouble(r -> meanOf(r.terms().get(0))).toArray();
    assertThat(Arrays.stream(rowMeans).map(m -> (m - mean) * (m - mean)).average().orElseThrow())
        .as("of row means it would be another number")
        .isLessThan(0.9 * std * std);
  }

  private static double meanOf(RolloutTrace.Term term) {
    double sum = 0;
    for (float reward : term.rewards()) {
      sum += reward;
    }
    return sum / term.rewards().length;
  }

  @Test
  void itIsTheMovingAverageThatIsJudgedAndSaved() {
    String[] common = {"rollouts=2", "evaluation.every=1", "update.learning_rate.peak=0.02"};
    // An average that no update has reached yet is the model before training.
    List<Double> still = scores("still", common, "update.ema={decay: 0.9, every: 1000}");
    assertThat(still).hasSize(3).containsOnly(still.get(0));

    List<Double> averaged = scores("averaged", common, "update.ema={decay: 0.9, every: 1}");
    List<Double> first = scores("first", common, "update.ema={decay: 0.0, every: 1}");
    assertThat(averaged.get(0)).isEqualTo(still.get(0));
    assertThat(averaged.get(2)).isNotEqualTo(still.get(2)).isNotEqualTo(first.get(2));

    Path run = temp.resolve("still");
    assertThat(weights(run, "adapter-raw"))
        .isEqualTo(weights(temp.resolve("averaged"), "adapter-raw"));
    assertThat(weights(run, "adapter")).isNotEqualTo(weights(run, "adapter-raw"));
    // Without memory the average is the last weight.
    Path last = temp.resolve("first");
    assertThat(weights(last, "adapter")).isEqualTo(weights(last, "adapter-raw"));
  }

  private List<Double> scores(String name, String[] common, String ema) {
    Path run = temp.resolve(name);
    TinyRun.run(run, false, common[0], common[1], common[2], ema);
    return events(run, Event.EvaluationFinished.class).stream()
        .map(Event.EvaluationFinished::score)
        .toList();
  }

  private static byte[] weights(Path run, String adapter) {
    try {
      return Files.readAllBytes(run.resolve(adapter).resolve("adapter_model.safetensors"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static double brightness(Image image) {
    double sum = 0;
    for (byte b : image.rgb()) {
      sum += (b & 0xff) / 255.0;
    }
    return sum / image.rgb().length;
  }

  private static double mean(Collection<Double> values) {
    return values.stream().mapToDouble(v -> v).average().orElseThrow();
  }
}
