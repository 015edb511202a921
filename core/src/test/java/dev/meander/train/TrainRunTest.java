package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Stamped;
import dev.meander.internal.checkpoint.Checkpoint;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainRunTest {
  @Test
  void aRunExplainsItself(@TempDir Path temp) throws Exception {
    Path run = temp.resolve("run");

    TinyRun.run(run, false, "rollouts=2");

    assertThat(run.resolve("recipe.yaml")).content().contains("group_size: 3");
    assertThat(run.resolve("provenance.json")).content().contains("libtorch", "sha256");
    assertThat(run.resolve("report.html")).content().contains("evaluation_finished.score");
    assertThat(run.resolve("samples/step-000000.png")).exists();
    assertThat(run.resolve("samples/step-000002.png")).exists();
    assertThat(run.resolve("adapter/adapter_config.json")).exists();
    try (var files = Files.list(run.resolve("tensorboard"))) {
      assertThat(files).isNotEmpty();
    }
  }

  @Test
  void theFirstRatioIsOne(@TempDir Path temp) {
    Path run = temp.resolve("run");

    TinyRun.run(run, false, "rollouts=3", "sampling.batch_size=6", "update.batch_size=6");

    List<Double> deviations =
        events(run).stream()
            .filter(Event.FirstRatioMeasured.class::isInstance)
            .map(e -> ((Event.FirstRatioMeasured) e).maxDeviation())
            .toList();
    assertThat(deviations).hasSize(3).allMatch(d -> d <= 1e-6);
  }

  @Test
  void aLossThatIsNotFiniteStopsTheRunAndLeavesTheLastCheckpoint(@TempDir Path temp) {
    Path run = temp.resolve("run");

    assertThatThrownBy(
            () ->
                TinyRun.run(
                    run,
                    false,
                    "update.updates_per_rollout=1",
                    "update.learning_rate.peak=1e36",
                    "update.max_grad_norm=1e30"))
        .hasMessageContaining("stopped at step 2")
        .hasMessageContaining("an image whose values are not finite")
        .hasMessageContaining("step-00000000");

    Path last = run.resolve("checkpoints/step-00000000");
    assertThat(Checkpoint.open(last).step()).isZero();
    assertThat(run.resolve("checkpoints/step-00000001"))
        .as("its weights cannot draw: it is no good checkpoint")
        .doesNotExist();
    assertThat(run.resolve("adapter")).doesNotExist();
  }

  @Test
  void trainingRaisesTheReward(@TempDir Path temp) {
    Path run = temp.resolve("run");

    Trainer.Summary summary =
        TinyRun.run(
            run,
            false,
            "rollouts=12",
            "data.group_size=8",
            "method.kl=none",
            "update.learning_rate.peak=0.02",
            "checkpoints.every=100");

    assertThat(summary.scoreAfter()).isGreaterThan(summary.scoreBefore());
  }

  @Test
  void fullFineTuningWritesTheWholeTransformer(@TempDir Path temp) {
    Path run = temp.resolve("run");

    TinyRun.run(run, false, "rollouts=1", "policy=full");

    try (TensorStore trained = TensorStore.open(run.resolve("adapter"));
        TensorStore original =
            TensorStore.open(Path.of("src/test/resources/parity/pipe-sd3/transformer"))) {
      assertThat(trained.names()).isEqualTo(original.names());
      String name = "transformer_blocks.0.attn.to_q.weight";
      assertThat(Tensors.floats(trained.tensor(name, DType.F32)))
          .isNotEqualTo(Tensors.floats(original.tensor(name, DType.F32)));
    }
  }

  @Test
  void fluxTrainsWithTheSameLoop(@TempDir Path temp) {
    Path run = temp.resolve("run");

    TinyRun.run(
        run,
        false,
        "rollouts=2",
        "model.path=src/test/resources/parity/pipe-flux-dev",
        "model.tiled_decode=true",
        "sampling.guidance=1",
        "sampling.embedded_guidance=2.5",
        "evaluation.embedded_guidance=2.5");

    assertThat(
            events(run).stream()
                .filter(Event.FirstRatioMeasured.class::isInstance)
                .map(e -> ((Event.FirstRatioMeasured) e).maxDeviation()))
        .hasSize(2)
        .allMatch(d -> d <= 1e-5);
    try (TensorStore adapter = TensorStore.open(run.resolve("adapter/adapter_model.safetensors"))) {
      // Both streams of the double block, and the one of the single block.
      assertThat(adapter.names())
          .hasSize(2 * (8 + 3))
          .contains("base_model.model.transformer_blocks.0.attn.add_q_proj.lora_A.weight")
          .contains("base_model.model.single_transformer_blocks.0.attn.to_v.lora_B.weight");
    }
  }

  @Test
  void anExistingRunIsLeftAlone(@TempDir Path temp) throws Exception {
    Path run = temp.resolve("run");
    TinyRun.run(run, false, "rollouts=1");
    byte[] metrics = Files.readAllBytes(run.resolve("metrics.jsonl"));

    assertThatThrownBy(() -> TinyRun.run(run, false, "rollouts=1"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("already holds a run")
        .hasMessageContaining("--resume");
    assertThatThrownBy(() -> TinyRun.run(run, true, "rollouts=1", "data.group_size=4"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("data.group_size");
    assertThat(run.resolve("metrics.jsonl")).hasBinaryContent(metrics);
  }

  @Test
  void aRunWhoseRecipeAnEarlierVersionWroteIsResumed(@TempDir Path temp) throws Exception {
    Path run = temp.resolve("run");
    TinyRun.run(run, false, "rollouts=1");
    String now = Files.readString(run.resolve("recipe.yaml"));
    String before =
        now.replaceFirst("mix:\\s+type: weighted_sum", "mix: weighted_sum")
            .replaceFirst("every: 2\\s+warm_up: 10", "every: 2");
    assertThat(before).hasSizeLessThan(now.length() - 20).contains("mix: weighted_sum\n");
    Files.writeString(run.resolve("recipe.yaml"), before);

    TinyRun.run(run, true, "rollouts=2");

    assertThat(run.resolve("checkpoints/step-00000002")).exists();
  }

  @Test
  void resumingNothingIsAnError(@TempDir Path temp) {
    assertThatThrownBy(() -> TinyRun.run(temp.resolve("none"), true))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds no run to resume");
  }

  private static List<Event> events(Path run) {
    return MetricsFile.read(run.resolve("metrics.jsonl")).stream().map(Stamped::event).toList();
  }
}
