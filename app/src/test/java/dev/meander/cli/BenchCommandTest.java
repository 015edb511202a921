package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  private static Cli.Result bench(Object... more) {
    List<Object> args = new ArrayList<>(List.of("bench", "--seconds", 0.001, "--threads", 1));
    for (String setting :
        List.of(
            "model.path=" + Cli.MODEL,
            "model.height=24",
            "model.width=24",
            "sampling.batch_size=2",
            "sampling.steps=4",
            "method.window=full")) {
      args.addAll(List.of("--set", setting));
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void ratesAndSharesBelongTogether() {
    JsonNode json = bench("--dtype", "f32", "--json").json();

    assertThat(json.path("batch_size").asInt()).isEqualTo(2);
    assertThat(json.path("results")).hasSize(1);
    JsonNode result = json.path("results").get(0);
    assertThat(result.path("dtype").asText()).isEqualTo("f32");
    double peak = 0;
    for (JsonNode rate : result.path("matmul_gflops")) {
      peak = Math.max(peak, rate.asDouble());
    }
    assertThat(result.path("matmul_peak_gflops").asDouble()).isEqualTo(peak).isPositive();
    assertThat(result.path("forward_of_peak").asDouble())
        .isCloseTo(result.path("forward_gflops").asDouble() / peak, within(1e-9))
        .isBetween(0.0, 1.0);
    assertThat(result.path("training_gflops").asDouble()).isPositive();
    assertThat(result.path("trained_steps").asInt()).isEqualTo(3);
    assertThat(result.path("update_images_per_second").asDouble())
        .isCloseTo(result.path("training_samples_per_second").asDouble() / 3, within(1e-9));
  }

  @Test
  void theTableHasARowForEachSetting() {
    Cli.Result result = bench("--dtype", "f32,bf16");

    assertThat(result.status()).as(result.err()).isZero();
    assertThat(result.out().lines().filter(l -> l.startsWith("f32, 1 thread"))).hasSize(2);
    assertThat(result.out().lines().filter(l -> l.startsWith("bf16, 1 thread"))).hasSize(2);
  }

  @Test
  void wideEnoughPassesTakeOneAStep() {
    JsonNode json = bench("--rollouts", "--json", "--set", "sampling.batch_size=600").json();

    assertThat(json.path("rollouts")).hasSize(4);
    for (int method = 0; method < 4; method += 2) {
      JsonNode wave = json.path("rollouts").get(method);
      JsonNode steps = json.path("rollouts").get(method + 1);
      assertThat(wave.path("batch_size").asInt()).isEqualTo(600);
      assertThat(steps.path("batch_size").asInt()).isEqualTo(24);
      assertThat(wave.path("passes").asInt()).isEqualTo(4);
      assertThat(steps.path("passes").asInt()).isGreaterThan(4);
      assertThat(steps.path("evaluations")).isEqualTo(wave.path("evaluations"));
      assertThat(steps.path("largest_reward_difference").asDouble()).isLessThan(0.01);
    }
  }

  @Test
  void theShareThatWaitsForRewards() {
    JsonNode json =
        bench(
                "--rewards",
                "--json",
                "--set",
                "data.prompts_per_rollout=2",
                "--set",
                "data.group_size=4")
            .json();

    assertThat(json.path("images").asInt()).isEqualTo(8);
    assertThat(json.path("scored_images_per_second").asDouble()).isPositive();
    assertThat(json.path("reward_wait_share").asDouble())
        .isEqualTo(json.path("reward_wait_seconds").asDouble() / json.path("seconds").asDouble())
        .isBetween(0.0, 1.0);
  }

  @Test
  void settingsThatCannotBeAreRefused() {
    assertThat(bench("--threads", "0").status()).isEqualTo(2);
    assertThat(bench("--dtype", "f8").err()).contains("--dtype", "f8");
    assertThat(bench("--set", "sampling.step=3").err()).contains("did you mean steps?");
  }

  @Test
  void loadingCountsEveryTensorOfEveryShard(@TempDir Path dir) throws IOException {
    try (Scope scope = new Scope()) {
      Tensor small = Tensors.of(new float[] {1, 2, 3}, 3);
      Tensor large = Tensors.of(new float[100_000], 100, 1000);
      EngineTensors.save(
          dir.resolve("model-00001-of-00002.safetensors"), Map.of("a", small), DType.F32, Map.of());
      EngineTensors.save(
          dir.resolve("model-00002-of-00002.safetensors"),
          Map.of("b", large, "c", large),
          DType.BF16,
          Map.of());
    }
    Files.writeString(
        dir.resolve("model.safetensors.index.json"),
        """
        {"weight_map": {"a": "model-00001-of-00002.safetensors",
          "b": "model-00002-of-00002.safetensors", "c": "model-00002-of-00002.safetensors"}}
        """);

    JsonNode json = Cli.run("bench", "--loading", dir, "--json").json();

    assertThat(json.path("bytes").asLong()).isEqualTo(12 + 400_000);
    assertThat(json.path("tensors").asInt()).isEqualTo(3);
    assertThat(json.path("files").asInt()).isEqualTo(2);
    assertThat(json.path("gigabytes_per_second").asDouble())
        .isCloseTo(400_012 / json.path("seconds").asDouble() / 1e9, within(1e-9));
    assertThat(Cli.run("bench", "--loading", dir.resolve("none")).err()).contains("none");
  }

  @Test
  void severalProcessesShareTheProcessors() {
    JsonNode json =
        Cli.run(
                "bench",
                "--processes",
                "1,2",
                "--json",
                "--set",
                "model.path=" + Cli.MODEL.toAbsolutePath(),
                "--set",
                "model.t5_tokens=2",
                "--set",
                "model.height=16",
                "--set",
                "model.width=24",
                "--set",
                "sampling.steps=5",
                "--set",
                "distributed.parts=2",
                "--set",
                "data.prompts_per_rollout=2",
                "--set",
                "data.group_size=4")
            .json();
    assertThat(json.path("results").size()).isEqualTo(2);
    JsonNode two = json.path("results").get(1);
    assertThat(two.path("processes").asInt()).isEqualTo(2);
    assertThat(two.path("rollout_seconds").asDouble()).isPositive();
    assertThat(two.path("images_per_second").asDouble()).isPositive();
    assertThat(two.path("sum_seconds").asDouble())
        .isBetween(1e-6, two.path("update_seconds").asDouble());
    assertThat(two.path("peer_wait_seconds").asDouble())
        .isBetween(
            1e-6, two.path("rollout_seconds").asDouble() + two.path("update_seconds").asDouble());
    assertThat(json.path("results").get(0).path("sum_seconds").asDouble()).isZero();
    assertThat(json.path("results").get(0).path("against_first").asDouble()).isEqualTo(1);
  }

  @Test
  void costsGrowWithTheirQuantities() {
    JsonNode json = bench("--growth", "steps,completions", "--json").json();
    assertThat(json.get("points"))
        .extracting(p -> p.get("value").intValue())
        .containsExactly(2, 5, 10, 20, 40, 1, 2);
    assertThat(json.get("points"))
        .filteredOn(p -> p.get("quantity").textValue().equals("completions"))
        .extracting(p -> p.get("images").intValue())
        .containsExactly(48, 72);
    assertThat(json.get("fits"))
        .extracting(f -> f.get("work").textValue())
        .containsExactly("sampling"); // a law needs three values
    assertThat(bench("--growth", "completions", "--set", "sampling.steps=5").out())
        .contains("completed steps", "to the power");
    assertThat(bench("--growth", "stops").err()).contains("--growth", "STEPS");
  }
}
