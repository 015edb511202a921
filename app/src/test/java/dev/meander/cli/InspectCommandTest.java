package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.meander.internal.checkpoint.Checkpoints;
import dev.meander.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
  private static final Path PEFT = Cli.MODEL.resolveSibling("lora-peft");

  @TempDir private Path dir;

  @Test
  void aModelIsItsComponents() {
    JsonNode json = Cli.run("inspect", Cli.MODEL, "--json").json();

    assertThat(json.path("kind").asText()).isEqualTo("model");
    JsonNode transformer = json.path("components").path("transformer");
    assertThat(transformer.path("class").asText()).isEqualTo("SD3Transformer2DModel");
    assertThat(transformer.path("dtypes").fieldNames()).toIterable().containsExactly("f32");
    assertThat(transformer.path("bytes").asLong())
        .isEqualTo(4 * transformer.path("parameters").asLong())
        .isPositive();
    long sum = 0;
    for (JsonNode component : json.path("components")) {
      sum += component.path("parameters").asLong();
    }
    assertThat(json.path("parameters").asLong()).isEqualTo(sum);
    assertThat(Cli.run("inspect", Cli.MODEL).out())
        .contains("StableDiffusion3Pipeline", "text_encoder_2", "2 blocks, 2 heads of 6");
  }

  @Test
  void aFluxModelInSeveralFiles() {
    assertThat(Cli.run("inspect", Cli.MODEL.resolveSibling("pipe-flux-dev")).out())
        .contains("FluxPipeline", "1 + 1 blocks, 2 heads of 8, guidance embedded")
        .contains("T5EncoderModel", "2 layers of 20, 2 heads of 6");
  }

  @Test
  void anAdapterIsRankAndTargets() {
    JsonNode json = Cli.run("inspect", PEFT, "--json").json();

    assertThat(json.path("kind").asText()).isEqualTo("adapter");
    assertThat(json.path("rank").asInt()).isEqualTo(4);
    assertThat(json.path("alpha").asInt()).isEqualTo(8);
    assertThat(json.path("targets")).extracting(JsonNode::asText).contains("attn.to_q");
    assertThat(Cli.run("inspect", PEFT).out()).contains("rank", "attn.to_q");
  }

  @Test
  void aTensorFileIsItsTensors() {
    JsonNode json = Cli.run("inspect", Cli.MODEL.resolve("io.safetensors"), "--json").json();

    assertThat(json.path("kind").asText()).isEqualTo("tensors");
    assertThat(json.path("entries").findValuesAsText("name")).contains("noise", "latents");
    assertThat(json.path("entries")).hasSize(json.path("tensors").asInt());
  }

  @Test
  void aCheckpointIsItsStepAndGroups() throws IOException {
    Path checkpoint =
        new Checkpoints(dir, 1)
            .save(
                12,
                JsonNodeFactory.instance.objectNode().put("updates", 24),
                Map.of("policy", Map.of("a", Tensors.of(new float[6], 2, 3))),
                Map.of());

    JsonNode json = Cli.run("inspect", checkpoint, "--json").json();
    assertThat(json.path("kind").asText()).isEqualTo("checkpoint");
    assertThat(json.path("step").asInt()).isEqualTo(12);
    assertThat(json.path("groups").path("policy").path("parameters").asInt()).isEqualTo(6);
    assertThat(json.path("state").path("updates").asInt()).isEqualTo(24);

    byte[] bytes = Files.readAllBytes(checkpoint.resolve("policy.safetensors"));
    bytes[bytes.length - 1] ^= 1;
    Files.write(checkpoint.resolve("policy.safetensors"), bytes);
    Cli.Result damaged = Cli.run("inspect", checkpoint);
    assertThat(damaged.status()).isEqualTo(2);
    assertThat(damaged.err()).contains("policy.safetensors");
  }

  @Test
  void aRunIsHowFarItIs() throws IOException {
    Files.writeString(dir.resolve("recipe.yaml"), "name: mine\nseed: 7\nmodel: {path: models/x}\n");
    Files.writeString(
        dir.resolve("metrics.jsonl"),
        """
        {"type":"run_started","step":0,"name":"mine","total_steps":9,"resumed_at":0,"timing":{"time":"2026-01-02T03:04:05Z"}}
        {"type":"evaluation_finished","step":0,"score":0.25,"tasks":{},"n":4,"timing":{"time":"2026-01-02T03:04:05Z","seconds":1}}
        {"type":"rollout_finished","step":1,"images":10,"reward_mean":0.5,"reward_std":0.1,"rewards":{},"zero_std_ratio":0,"timing":{"time":"2026-01-02T03:04:05Z","seconds":2}}
        {"type":"update_finished","step":1,"policy_loss":0,"kl":null,"ratio_mean":1,"ratio_max_deviation":0,"clip_fraction":0.5,"grad_norm":1,"learning_rate":0.1,"samples":40,"timing":{"time":"2026-01-02T03:04:05Z","seconds":4}}
        """);

    JsonNode json = Cli.run("inspect", dir, "--json").json();

    assertThat(json.path("kind").asText()).isEqualTo("run");
    assertThat(json.path("recipe").asText()).isEqualTo("mine");
    assertThat(json.path("last_step").asInt()).isEqualTo(1);
    assertThat(json.path("steps_planned").asInt()).isEqualTo(9);
    assertThat(json.path("last_score").asDouble()).isEqualTo(0.25);
    assertThat(json.path("last_kl").isNull()).isTrue();
    assertThat(json.path("rollout_images_per_second").asDouble()).isEqualTo(5);
    assertThat(json.path("update_pairs_per_second").asDouble()).isEqualTo(10);
    assertThat(json.path("finished").asBoolean()).isFalse();
  }

  @Test
  void whatIsNotKnownOrNotThereIsRefused() throws IOException {
    assertThat(Cli.run("inspect", dir).err()).contains("holds nothing known", "model_index.json");
    assertThat(Cli.run("inspect", dir.resolve("none")).err()).contains("there is nothing at");
    Path text = Files.writeString(dir.resolve("x.safetensors"), "not tensors at all");
    Cli.Result result = Cli.run("inspect", text);
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("not a valid safetensors file");
  }
}
