package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.prompt.Prompt;
import dev.meander.reward.Reward;
import dev.meander.reward.Rewards;
import dev.meander.toybox.Example;
import dev.meander.toybox.Mixture;
import dev.meander.toybox.Toybox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainCommandTest {
  @TempDir private Path dir;

  private Cli.Result pretrain(Object... more) {
    List<Object> args =
        new ArrayList<>(List.of("pretrain", "toybox-sd3", "--out", dir.resolve("run")));
    for (String stage : List.of("vae_stage", "flow_stage")) {
      for (String setting : List.of("steps=2", "warm_up=1", "decay=1", "batch_size=2")) {
        args.addAll(List.of("--set", stage + "." + setting));
      }
    }
    for (String setting :
        List.of("examples=4", "vae.block_out_channels=[8, 8, 8, 8]", "transformer.num_layers=1")) {
      args.addAll(List.of("--set", setting));
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void makesAModelThatGeneratesAndKnowsItsRun() throws IOException {
    JsonNode made = pretrain("--json").json();
    Path model = Path.of(made.path("model").asText());

    assertThat(Cli.run("inspect", model, "--json").json().path("class").asText())
        .isEqualTo("StableDiffusion3Pipeline");
    Path sheet = dir.resolve("sheet.png");
    Cli.Result generated =
        Cli.run(
            "generate", "a photo of a red circle", "--model", model, "--steps", 2, "--out", sheet);
    assertThat(generated.status()).as(generated.err()).isZero();
    assertThat(sheet).exists();
    JsonNode run = Cli.run("inspect", dir.resolve("run"), "--json").json();
    assertThat(run.path("run").asText()).isEqualTo("pretraining");
    assertThat(run.path("finished").asBoolean()).isTrue();
    assertThat(run.path("checkpoint_paths")).hasSize(2);

    assertThat(pretrain().err()).contains("already holds a run", "--resume", "--overwrite");
    assertThat(pretrain("--resume", "--set", "seed=1").err())
        .contains("started with other settings: seed");

    byte[] weights =
        Files.readAllBytes(model.resolve("transformer/diffusion_pytorch_model.safetensors"));
    Cli.Result again = pretrain("--resume");
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(model.resolve("transformer/diffusion_pytorch_model.safetensors"))
        .hasBinaryContent(weights);

    Path old = Files.writeString(model.resolve("old"), "");
    assertThat(pretrain("--overwrite").status()).isZero();
    assertThat(old).doesNotExist();
    assertThat(model.resolve("model_index.json")).exists();
  }

  private Cli.Result preference(Object... more) {
    List<Object> args =
        new ArrayList<>(
            List.of("pretrain", "toybox-preference-model", "--out", dir.resolve("preference")));
    for (String setting : List.of("steps=2", "warm_up=1", "decay=1", "batch_size=3")) {
      args.addAll(List.of("--set", "preference_stage." + setting));
    }
    for (String setting :
        List.of(
            "heldout_pairs=70",
            "vision.hidden_size=16",
            "vision.num_hidden_layers=1",
            "text.num_hidden_layers=1")) {
      args.addAll(List.of("--set", setting));
    }
    args.addAll(List.of(more));
    return Cli.run(args.toArray());
  }

  @Test
  void makesAPreferenceModelThatPickscoreLoads() throws IOException {
    JsonNode made = preference("--json").json();
    Path model = Path.of(made.path("model").asText());

    ObjectNode settings = JsonNodeFactory.instance.objectNode().put("model", model.toString());
    try (Reward reward = Rewards.create("pickscore", settings)) {
      Example example = new Toybox(1, Mixture.compositional()).example(0);
      Prompt prompt = new Prompt("p", example.caption(), example.metadata());
      assertThat(reward.score(List.of(new Reward.Sample(prompt, example.image())))).hasSize(1);
    }
    JsonNode run = Cli.run("inspect", dir.resolve("preference"), "--json").json();
    assertThat(run.path("run").asText()).isEqualTo("pretraining");
    assertThat(run.path("finished").asBoolean()).isTrue();
    assertThat(run.path("last_score").asDouble()).isBetween(0.2, 0.8); // it has hardly learned
    assertThat(run.path("checkpoint_paths")).hasSize(1);

    byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
    Cli.Result again = preference("--resume");
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.out()).contains("rewards: [{name: pickscore");
    assertThat(model.resolve("model.safetensors")).hasBinaryContent(weights);
    assertThat(preference("--resume", "--set", "contrastive_weight=2").err())
        .contains("started with other settings: contrastive_weight");
  }

  @Test
  void aMistakeInTheRecipeIsNamed() {
    assertThat(preference("--set", "vision.image_size=32", "--set", "type=preference").err())
        .contains("vision.image_size must be 64");
    assertThat(preference("--set", "type=preferences").err())
        .contains("type cannot be preferences; did you mean preference?");

    Cli.Result result = pretrain("--set", "flow_stage.step=3", "--set", "text_share=2");

    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err())
        .contains("flow_stage.step is not a setting; did you mean steps?")
        .contains("text_share must be between 0 and 1, found 2");
    assertThat(dir.resolve("run")).doesNotExist();
    assertThat(Cli.run("pretrain", "toybox-sd").err()).contains("did you mean toybox-sd3?");
  }
}
