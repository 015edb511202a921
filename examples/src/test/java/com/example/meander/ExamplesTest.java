package com.example.meander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meander.config.ConfigFile;
import dev.meander.config.Describe;
import dev.meander.config.UserError;
import dev.meander.credit.RewardTrace;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.event.Stamped;
import dev.meander.image.Image;
import dev.meander.recipe.Recipes;
import dev.meander.reward.Rewards;
import dev.meander.sampler.StepDistribution;
import dev.meander.sampler.StepTimes;
import dev.meander.schedule.SigmaSchedule;
import dev.meander.schedule.StaticShift;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.train.RunDirectory;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trains with the extensions by name, and refuses wrong settings of them. */
class ExamplesTest {
  private static final Path RECIPE = Path.of("recipes/discounted.yaml");

  /** A network of random weights, small enough to train in seconds. */
  private static final List<String> TINY =
      List.of(
          "rollouts=2",
          "threads=1",
          "model={path: ../core/src/test/resources/parity/pipe-sd3, t5_tokens: 2, height: 16, width: 24}",
          "sampling={steps: 4, batch_size: 6}",
          "data.prompts_per_rollout=2",
          "data.group_size=3",
          "policy.lora={rank: 2, alpha: 4}",
          "update.batch_size=6",
          "evaluation.limit=2",
          "evaluation.steps=4");

  @Test
  void aRunTrainsWithThemByName(@TempDir Path temp) {
    TrainConfig config = Recipes.load(RECIPE.toString(), TINY);
    assertThat(config.method().credit()).isEqualTo(new DiscountedCredit(0.95));
    assertThat(config.method().dynamics()).isEqualTo(new TaperedSde(1.2));

    Path run = temp.resolve("run");
    new TrainRun(
            config,
            new RunDirectory(run),
            List.of(),
            Progress.Source.SILENT,
            InstantSource.system())
        .execute(false);

    assertThat(run.resolve("recipe.yaml"))
        .content()
        .contains("type: discounted", "type: tapered_sde", "name: color_share");
    assertThat(run.resolve("adapter/adapter_config.json")).exists();
    List<Event> events =
        MetricsFile.read(run.resolve("metrics.jsonl")).stream().map(Stamped::event).toList();
    // Rollout and update compute the same density.
    assertThat(events.stream().filter(Event.FirstRatioMeasured.class::isInstance))
        .hasSize(2)
        .allMatch(e -> ((Event.FirstRatioMeasured) e).maxDeviation() <= 1e-6);
    assertThat(events.stream().filter(Event.RolloutFinished.class::isInstance))
        .allMatch(e -> ((Event.RolloutFinished) e).rewardMean() > 0);
  }

  @Test
  void wrongSettingsAreRefusedByKeyAndLine(@TempDir Path temp) throws IOException {
    assertRefused(
        temp,
        Map.of("eta: 1.2", "eta: -1", "discount: 0.95", "disc: 1"),
        "line %d: method.dynamics.eta must be greater than 0, found -1"
            .formatted(line("    eta: 1.2")),
        "line %d: method.credit.disc is not a setting; ".formatted(line("    discount: 0.95")));
    assertThatThrownBy(() -> Recipes.load(RECIPE.toString(), List.of("method.credit=discountd")))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("did you mean discounted?");
  }

  @Test
  void wrongSettingsOfTheRewardAreRefused(@TempDir Path temp) throws IOException {
    assertRefused(
        temp,
        Map.of(
            "      color: red", "      color: pink", "{color: red}", "{color: red, treshold: 3}"),
        "line %d: color".formatted(line("      color: red")),
        "did you mean threshold?");
    assertThatThrownBy(
            () ->
                Rewards.create(
                    "color_share", ConfigFile.parse("color: red\nthreshold: 300", "mine.yaml")))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("mine.yaml, line 2: threshold must be between 0 and 255, found 300");
    assertThatThrownBy(() -> Rewards.create("color_share", ConfigFile.parse("{}", "mine.yaml")))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContaining("color is required: The color that is rewarded.");
  }

  /** The recipe with other words in it is refused, and all of that is said. */
  private static void assertRefused(Path temp, Map<String, String> changes, String... said)
      throws IOException {
    String recipe = Files.readString(RECIPE);
    for (Map.Entry<String, String> change : changes.entrySet()) {
      recipe = recipe.replace(change.getKey(), change.getValue());
    }
    Path wrong = Files.writeString(temp.resolve("wrong.yaml"), recipe);
    assertThatThrownBy(() -> Recipes.load(wrong.toString(), List.of()))
        .isExactlyInstanceOf(UserError.class)
        .hasMessageContainingAll(said);
  }

  private static int line(String text) throws IOException {
    return Files.readAllLines(RECIPE).indexOf(text) + 1;
  }

  @Test
  void theirSettingsAreListed() {
    assertThat(Describe.toMarkdown(TrainConfig.class))
        .contains("`method.credit` of type `discounted`", "`discount`")
        .contains("`method.dynamics` of type `tapered_sde`", "`eta`");
    assertThat(Rewards.all().stream().map(r -> r.name())).contains("color_share");
  }

  @Test
  void everyStepEarlierEarnsLess() {
    RewardTrace trace = new RewardTrace(3, new double[][] {{8}, {-4}});
    assertThat(new DiscountedCredit(0.5).assign(trace).stepRewards())
        .isDeepEqualTo(new double[][] {{2, 4, 8}, {-1, -2, -4}});
  }

  @Test
  void aStepAddsTheNoiseOfItsTable() {
    SigmaSchedule schedule = new StaticShift(3).schedule(4);
    TaperedSde dynamics = new TaperedSde(0.7);
    try (Scope scope = new Scope()) {
      for (int k = 0; k < 3; k++) {
        StepDistribution step =
            dynamics.step(
                Tensors.of(new float[] {1, 2}, 1, 2),
                StepTimes.of(schedule, k),
                Tensors.of(new float[] {-1, 3}, 1, 2));
        assertThat((double) Tensors.floats(step.std())[0])
            .isCloseTo(dynamics.noise().std(schedule, k), within(1e-6));
        double sigma = schedule.sigma(k);
        double drift = -1 + 0.7 * 0.7 * sigma / 2 * (1 - (1 - sigma));
        assertThat((double) Tensors.floats(step.mean())[0])
            .isCloseTo(1 + drift * schedule.dt(k), within(1e-6));
      }
    }
  }

  @Test
  void theShareOfAColorIsCounted() {
    Image image = new Image(2, 1, new byte[] {100, 50, 50, (byte) 200, 0, 0});
    assertThat(ColorShare.share(image, new ColorShare.Config(ColorShare.Primary.RED, 0)))
        .isEqualTo(0.75f);
    assertThat(ColorShare.share(image, new ColorShare.Config(ColorShare.Primary.GREEN, 60)))
        .isZero();
  }
}
