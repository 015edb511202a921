package dev.meander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.Event.RolloutFinished;
import dev.meander.image.Image;
import dev.meander.reward.Reward;
import dev.meander.tensor.Tensors;
import dev.meander.train.TrainConfig;
import dev.meander.train.TrainRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingTest {
  private static final Path MODEL = Path.of("src/test/resources/parity/pipe-sd3");
  private static final String RECIPE =
      """
      name: tiny
      rollouts: 2
      model: {path: elsewhere, height: 16, width: 24}
      sampling: {steps: 3, batch_size: 6}
      method: {dynamics: {type: flow_sde, noise_level: 0.7}, window: full}
      data: {prompts: "src/test/resources/prompts/train.txt", prompts_per_rollout: 2, group_size: 3}
      rewards: [{name: nobody_has_this}]
      policy: {type: lora, lora: {rank: 2, alpha: 4}}
      update: {batch_size: 6, learning_rate: {type: constant, peak: 3.0e-2, warm_up: 0}}
      evaluation: {prompts: "src/test/resources/prompts/validation.txt", limit: 3, steps: 3, reward: {name: nor_this}}
      """;

  @TempDir private Path dir;

  private static TrainConfig recipe(String... overrides) {
    return Binder.bind(
        Overrides.apply(ConfigFile.parse(RECIPE, "tiny"), List.of(overrides)),
        TrainConfig.class,
        "tiny");
  }

  /** How dark each image is, 0 to 1. */
  private static float[] dark(List<Reward.Sample> samples) {
    float[] scores = new float[samples.size()];
    for (int i = 0; i < scores.length; i++) {
      byte[] rgb = samples.get(i).image().rgb();
      double sum = 0;
      for (byte level : rgb) {
        sum += 255 - (level & 0xff);
      }
      scores[i] = (float) (sum / rgb.length / 255);
    }
    return scores;
  }

  private static Training training(TextToImage model, String... overrides) {
    return Training.of(recipe(overrides))
        .on(model)
        .reward("dark", TrainingTest::dark)
        .judge("judge", TrainingTest::dark);
  }

  private static Image draw(TextToImage.Generation generation) {
    return generation.seed(3).steps(2).size(16, 24).image();
  }

  private static Map<String, Long> files(Path root) throws IOException {
    Map<String, Long> sizes = new TreeMap<>();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        sizes.put(root.relativize(file).toString(), Files.size(file));
      }
    }
    return sizes;
  }

  @Test
  void itTrainsWithoutFilesAndLeavesTheModelAsItWas() throws IOException {
    List<Double> means = new ArrayList<>();
    List<Event> all = new ArrayList<>();
    try (TextToImage model = TextToImage.load(MODEL)) {
      Image before = draw(model.generate("a red circle"));
      Training.Result run =
          training(model)
              .observe(RolloutFinished.class, e -> means.add(e.rewards().get("dark")))
              .observe(Event.class, all::add)
              .run();

      assertThat(means).hasSize(2).allMatch(mean -> mean > 0 && mean < 1);
      assertThat(all).hasAtLeastOneElementOfType(Event.UpdateFinished.class);
      assertThat(run.images()).isEqualTo(12);
      assertThat(run.updates()).isEqualTo(4);
      assertThat(run.scoreBefore()).isBetween(0.0, 1.0);
      assertThat(run.scoreAfter()).isBetween(0.0, 1.0).isNotEqualTo(run.scoreBefore());
      assertThat(draw(model.generate("a red circle")).rgb()).isEqualTo(before.rgb());
      assertThat(draw(model.with(run.adapter()).generate("a red circle")).rgb())
          .isNotEqualTo(before.rgb());
    }
  }

  @Test
  void filesHoldTheSameAdapterAndOnlyWhatWasAskedFor() throws IOException {
    try (TextToImage model = TextToImage.load(MODEL)) {
      Training.Result memory = training(model).run();
      Training.Result plain = training(model).in(dir.resolve("plain")).run();
      training(model, "rollouts=1")
          .in(dir.resolve("rich"), TrainRun.Extra.REPORT, TrainRun.Extra.TENSORBOARD)
          .run();

      assertThat(draw(model.with(plain.adapter()).generate("a red circle")).rgb())
          .isEqualTo(draw(model.with(memory.adapter()).generate("a red circle")).rgb())
          .isEqualTo(draw(model.generate("a red circle").adapter(dir.resolve("plain"))).rgb());
      assertThat(dir.resolve("plain/metrics.jsonl")).exists();
      assertThat(dir.resolve("plain/report.html")).doesNotExist();
      assertThat(dir.resolve("plain/tensorboard")).doesNotExist();
      assertThat(dir.resolve("rich/report.html")).exists();
      assertThat(dir.resolve("rich/tensorboard")).isNotEmptyDirectory();
    }
  }

  @Test
  void aSecondRunIntoOneDirectoryIsRefusedAndLosesNothing() throws IOException {
    Path run = dir.resolve("run");
    try (TextToImage model = TextToImage.load(MODEL)) {
      List<Throwable> inside = new ArrayList<>();
      training(model, "rollouts=1")
          .in(run)
          .observe(
              RolloutFinished.class,
              e -> {
                try (TextToImage other = TextToImage.load(MODEL)) {
                  inside.add(catchThrowable(() -> training(other).in(run).run()));
                }
              })
          .run();
      assertThat(inside)
          .singleElement()
          .isInstanceOf(UserError.class)
          .extracting(Throwable::getMessage)
          .isEqualTo(
              run + " is being written by another run of this process; give another directory");

      Map<String, Long> before = files(run);
      assertThatThrownBy(() -> training(model).in(run).run())
          .isInstanceOf(UserError.class)
          .hasMessage(
              run + " already holds a run; continue it with resume(), or give another directory");
      assertThat(files(run)).isEqualTo(before);

      Training.Result more = training(model, "rollouts=2").in(run).resume().run();
      assertThat(more.images()).isEqualTo(12);
    }
  }

  @Test
  void aModelThatIsTrainedRefusesOtherWork() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      List<Throwable> inside = new ArrayList<>();
      Training.Result run =
          training(model, "rollouts=1")
              .observe(
                  RolloutFinished.class,
                  e -> {
                    inside.add(catchThrowable(model::close));
                    inside.add(catchThrowable(() -> draw(model.generate("a red circle"))));
                    inside.add(catchThrowable(() -> training(model).run()));
                  })
              .run();
      String busy =
          "the model %s is being trained; use it when the run is over, or load it a second time"
              .formatted(MODEL);
      assertThat(inside)
          .allMatch(UserError.class::isInstance)
          .extracting(Throwable::getMessage)
          .containsExactly(
              "the model %s cannot be closed while it is being trained; close it when that is over"
                  .formatted(MODEL),
              busy,
              busy);
      assertThat(run.updates()).isEqualTo(2);
    }
  }

  @Test
  void wholeWeightsNeedADirectoryAndAreTakenBackAfterwards() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      String[] full = {"policy={type: full}", "rollouts=1"};
      assertThatThrownBy(() -> training(model, full).run())
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("policy: full trains every weight");

      float[] before = weight(model);
      Training.Result run = training(model, full).in(dir.resolve("full")).run();
      assertThat(weight(model)).isEqualTo(before);
      assertThat(draw(model.with(run.adapter()).generate("a red circle")).rgb())
          .isNotEqualTo(draw(model.generate("a red circle")).rgb());
      assertThat(weight(model)).isEqualTo(before);
    }
  }

  private static float[] weight(TextToImage model) {
    return Tensors.floats(model.pipeline().transformer().tensors().get("proj_out.weight"));
  }

  @Test
  void anAdapterOfAnotherModelIsRefused() {
    try (TextToImage model = TextToImage.load(MODEL);
        TextToImage other = TextToImage.load(MODEL.resolveSibling("pipe-flux-dev"))) {
      Training.Result run = training(model, "rollouts=1").run();
      assertThatThrownBy(() -> draw(other.with(run.adapter()).generate("a red circle")))
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("the adapter belongs to another model: ");
    }
  }

  @Test
  void wrongDescriptionsAreRefused() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      assertThatThrownBy(() -> training(model).judge("dark", samples -> new float[0]))
          .isInstanceOf(UserError.class)
          .hasMessage("two different rewards are named dark; give each its own name");
      assertThatThrownBy(() -> training(model).resume().run())
          .isInstanceOf(UserError.class)
          .hasMessageStartingWith("a run without a directory cannot be resumed");
      assertThatThrownBy(() -> Training.of(recipe()).on(model).in(dir.resolve("none")).run())
          .isInstanceOf(UserError.class)
          .hasMessageContaining("nobody_has_this");
      assertThat(dir.resolve("none")).doesNotExist();
    }
  }
}
