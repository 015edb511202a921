package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.distributed.Alone;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.generate.TrainedWeights;
import dev.meander.image.Png;
import dev.meander.layout.RolloutLayout;
import dev.meander.model.Pipeline;
import dev.meander.prompt.GroupSampler;
import dev.meander.rollout.GroupConditioning;
import dev.meander.rollout.Rollout;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code policy.lora.from}: training goes on where another adapter ended. */
class StartFromAdapterTest {
  private static final String STRONG = "update.learning_rate.peak=0.02";

  @TempDir static Path temp;
  private static Path first;

  @BeforeAll
  static void train() {
    first = temp.resolve("first");
    TinyRun.run(first, false, "rollouts=2", "update.ema=null", STRONG);
  }

  private static String from(Path path) {
    return "policy.lora={from: \"" + path + "\"}";
  }

  private static List<String> config(Path from, String... more) {
    return Stream.concat(Stream.of("rollouts=2", "update.ema=null", from(from)), Stream.of(more))
        .toList();
  }

  private static void run(Path run, boolean resume, List<String> settings) {
    TinyRun.run(run, resume, settings.toArray(String[]::new));
  }

  /** What the first rollout is, and the evaluation before training. */
  private static Pictures pictures(TrainConfig config, boolean applied) {
    Engine.start(1);
    try (Pipeline pipeline = Models.load(config.model());
        RewardSet rewards = new RewardSet()) {
      if (applied) {
        TrainedWeights.apply(pipeline, first);
      }
      TrainingPrompts prompts = TrainingPrompts.load(config);
      try (Scope scope = new Scope()) {
        if (applied) { // generation: the rollout on its own, without anything that trains
          Evaluator evaluator =
              new Evaluator(
                  pipeline,
                  config.evaluation(),
                  config.model(),
                  config.sampling().batchSize(),
                  prompts.heldOut(),
                  rewards.get("brightness", config.evaluation().reward().config()));
          return new Pictures(
              rollout(config, pipeline, prompts, TrainingComponents.rollout(config, pipeline)),
              evaluator.run(Progress.Source.SILENT).score());
        }
        try (TrainingComponents components =
            TrainingComponents.build(config, pipeline, prompts, rewards, new Alone())) {
          return components
              .weights()
              .sampling(
                  () ->
                      new Pictures(
                          rollout(config, pipeline, prompts, components.rollout()),
                          components.evaluator().run(Progress.Source.SILENT).score()));
        }
      }
    }
  }

  private record Pictures(List<byte[]> rollout, double score) {}

  private static List<byte[]> rollout(
      TrainConfig config, Pipeline pipeline, TrainingPrompts prompts, Rollout rollout) {
    var groups =
        new GroupSampler(
                prompts.training(),
                config.data().groupSize(),
                TrainState.start(config.seed()).position())
            .next(config.data().promptsPerRollout());
    int steps = config.sampling().steps();
    RolloutLayout layout =
        config
            .method()
            .plan()
            .layout(groups, config.method().window().window(steps, config.seed(), 0), false);
    return rollout
        .run(layout, GroupConditioning.encode(pipeline.prompts(), groups), Rollout.Extras.NONE)
        .images()
        .stream()
        .map(Png::encode)
        .toList();
  }

  @Test
  void theFirstRolloutIsThatOfTheAdapter() {
    Pictures trained = pictures(TinyRun.config(config(first).toArray(String[]::new)), false);
    Pictures generated = pictures(TinyRun.config(), true);
    Pictures base = pictures(TinyRun.config(), false);

    assertThat(trained.rollout()).usingRecursiveComparison().isEqualTo(generated.rollout());
    assertThat(trained.score()).isEqualTo(generated.score());
    assertThat(trained.score()).isNotEqualTo(base.score());
  }

  @Test
  void aRunAnAdapterAndACheckpointAreOneStart() throws IOException {
    Path whole = temp.resolve("of-run");
    run(whole, false, config(first));
    for (String part :
        List.of("adapter", "adapter/adapter_model.safetensors", "checkpoints/step-00000002")) {
      Path other = temp.resolve("of-" + part.replace('/', '-'));
      run(other, false, config(first.resolve(part)));
      assertThat(other.resolve("adapter/adapter_model.safetensors"))
          .as(part)
          .hasSameBinaryContentAs(whole.resolve("adapter/adapter_model.safetensors"));
    }
    assertThat(whole.resolve("adapter-start/adapter_model.safetensors"))
        .hasSameBinaryContentAs(first.resolve("adapter/adapter_model.safetensors"));
    assertThat(Files.readString(whole.resolve("provenance.json")))
        .contains(first.resolve("adapter/adapter_model.safetensors").toString());

    // Its own checkpoints have the strength of the adapter that it started from.
    Path again = temp.resolve("again");
    run(again, false, config(whole.resolve("checkpoints/step-00000002")));
    assertThat(again.resolve("adapter-start/adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("adapter/adapter_model.safetensors"));
    assertThat(again.resolve("adapter-start/adapter_config.json"))
        .hasSameBinaryContentAs(first.resolve("adapter/adapter_config.json"));
  }

  @Test
  void aResumedRunIsTheSameWithoutTheAdapterThatItStartedFrom() throws IOException {
    Path whole = temp.resolve("whole");
    run(whole, false, config(first, "rollouts=4"));

    Path gone = copy(first, temp.resolve("gone"));
    Path half = temp.resolve("half");
    run(half, false, config(gone));
    delete(gone);
    run(half, true, config(gone, "rollouts=4"));

    assertThat(half.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(whole.resolve("adapter/adapter_model.safetensors"));
    assertThat(MetricsFile.comparable(half.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(whole.resolve("metrics.jsonl")));
  }

  @Test
  void otherNumbersAndOtherFilesAreRefusedBeforeADirectoryIsMade() {
    Path run = temp.resolve("refused");
    assertRefused(run, first, "rank is 8 here and another in", "policy.lora.rank=8");
    assertRefused(run, first, "alpha is 1.0 here and another in", "policy.lora.alpha=1");
    assertRefused(run, first, "targets mean ", "policy.lora.targets=[attn.to_q]");
    assertRefused(run, temp, "policy.lora.from: " + temp + " holds no adapter");
    assertRefused(run, temp.resolve("none"), "policy.lora.from: there is no adapter directory");
    run(temp.resolve("fits"), false, config(first, "policy.lora.rank=2", "rollouts=1"));

    Path full = temp.resolve("full");
    TinyRun.run(full, false, "rollouts=1", "policy=full");
    assertRefused(run, full, "holds all weights of a transformer and no adapter");
  }

  private static void assertRefused(Path run, Path from, String message, String... more) {
    assertThatThrownBy(() -> run(run, false, config(from, more)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
    assertThat(run).doesNotExist();
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      all.sorted(Comparator.reverseOrder())
          .forEach(
              file -> {
                try {
                  Files.delete(file);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
