package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Adapters as other trainers write them: one layer of rank 1 whose product is 1, so the layer's
 * delta is alpha.
 */
class ForeignAdaptersTest {
  private static final String LAYER = "blocks.0.attn.to_q";
  private static final Map<String, long[]> LAYERS =
      Map.of(LAYER, new long[] {1, 1}, "blocks.0.attn.to_out.0", new long[] {1, 1});
  private static final String CONFIG =
      """
      {"peft_type": "LORA", "r": 1, "lora_alpha": 4, "target_modules": ["attn.to_q"]%s}
      """;

  @TempDir Path temp;

  private Path save(String name, Map<String, String> metadata, Object... namesAndValues) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      for (int i = 0; i < namesAndValues.length; i += 2) {
        float value = ((Number) namesAndValues[i + 1]).floatValue();
        boolean scalar = namesAndValues[i].toString().endsWith(".alpha");
        tensors.put(
            namesAndValues[i].toString(),
            Tensors.of(new float[] {value}, scalar ? new long[0] : new long[] {1, 1}));
      }
      EngineTensors.save(temp.resolve(name), tensors, DType.F32, metadata);
    }
    return temp.resolve(name);
  }

  private Path peft(String config, Object... namesAndValues) throws IOException {
    save("adapter_model.safetensors", Map.of("format", "pt"), namesAndValues);
    Files.writeString(temp.resolve("adapter_config.json"), config);
    return temp;
  }

  private static float alpha(Path path) {
    try (Scope scope = new Scope()) {
      return Tensors.floats(SavedLora.read(path, LAYERS).delta(LAYER))[0];
    }
  }

  private static void refused(Path path, String... words) {
    assertThatThrownBy(() -> alpha(path))
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).as(e.getMessage()).hasSizeLessThan(3))
        .hasMessageContainingAll(words);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "base_model.model.%s.lora_%s.weight",
        "_orig_mod.base_model.model.%s.lora_%s.weight",
        "base_model.model.module.%s.lora_%s.weight",
        "base_model.model._fsdp_wrapped_module.%s.lora_%s.weight",
        "base_model.model.%s.lora_%s.default_0.weight",
        "base_model.model.%s.lora_%s.mine.weight"
      })
  void wrappersAndNamesOfTheAdapterAreNoPartOfALayer(String form) throws IOException {
    Path path =
        peft(CONFIG.formatted(""), form.formatted(LAYER, "A"), 1, form.formatted(LAYER, "B"), 1);
    assertThat(alpha(path)).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ss_network_alpha",
        "lora_alpha",
        "network_alpha",
        "alpha",
        "transformer.lora_alpha"
      })
  void alphaInTheHeaderIsObeyed(String key) {
    Object[] tensors = {
      "transformer." + LAYER + ".lora_A.weight", 1, "transformer." + LAYER + ".lora_B.weight", 1
    };
    assertThat(alpha(save("a.safetensors", Map.of(key, "4"), tensors))).isEqualTo(4);
    assertThat(alpha(save("b.safetensors", Map.of("format", "pt"), tensors))).isEqualTo(1);
    refused(save("c.safetensors", Map.of(key, "four"), tensors), key, "above 0, found four");
  }

  @Test
  void alphaInTensorsIsObeyed() {
    for (String form : List.of("lora_%s", "lora.%s", "lora_d%s")) {
      String a =
          form.equals("lora_%s") ? "lora_A" : form.startsWith("lora_d") ? "lora_down" : "lora.down";
      String b =
          form.equals("lora_%s") ? "lora_B" : form.startsWith("lora_d") ? "lora_up" : "lora.up";
      Path file =
          save(
              "t.safetensors",
              Map.of("format", "pt"),
              "transformer." + LAYER + "." + a + ".weight",
              1,
              "transformer." + LAYER + "." + b + ".weight",
              1,
              "transformer." + LAYER + ".alpha",
              4);
      assertThat(alpha(file)).as(a).isEqualTo(4);
    }
    refused(
        save(
            "n.safetensors",
            Map.of(),
            LAYER + ".lora_A.weight",
            1,
            LAYER + ".lora_B.weight",
            1,
            LAYER + ".alpha",
            -4),
        ".alpha must be one number above 0");
  }

  @Test
  void theOldestNamesOfDiffusers() {
    Path file =
        save(
            "old.safetensors",
            Map.of(),
            "transformer.blocks.0.attn.processor.to_out_lora.down.weight",
            1,
            "transformer.blocks.0.attn.processor.to_out_lora.up.weight",
            1);
    try (Scope scope = new Scope()) {
      assertThat(SavedLora.read(file, LAYERS).layers()).containsExactly("blocks.0.attn.to_out.0");
    }
  }

  @Test
  void alphaIsNotGuessedWhereItIsKnownToBeElsewhere() throws IOException {
    String prefix = "base_model.model." + LAYER;
    save(
        "adapter_model.safetensors",
        Map.of("format", "pt"),
        prefix + ".lora_A.weight",
        1,
        prefix + ".lora_B.weight",
        1);
    refused(temp, "adapter_config.json is missing, so alpha is unknown");
    refused(temp.resolve("adapter_model.safetensors"), "adapter_config.json is missing");

    Path run = Files.createDirectories(temp.resolve("run/checkpoints/step-00000002"));
    Object[] tensors = {LAYER + ".lora_A.weight", 1, LAYER + ".lora_B.weight", 1};
    Path policy = save("policy.safetensors", Map.of(), tensors);
    refused(policy, "name RUN/checkpoints/step-N within the run");
    Files.move(policy, run.resolve("policy.safetensors"));
    Files.writeString(run.resolve("state.json"), "{}");
    refused(run, "there is no " + temp.resolve("run/recipe.yaml"));
    Files.writeString(
        temp.resolve("run/recipe.yaml"), "policy: {type: lora, lora: {rank: 1, alpha: 4.0}}");
    assertThat(alpha(run)).isEqualTo(4);
    assertThat(alpha(run.resolve("policy.safetensors"))).isEqualTo(4);

    Object[] average = {LAYER + ".lora_A.weight", 2, LAYER + ".lora_B.weight", 1, "updates", 7};
    Files.move(save("ema.safetensors", Map.of(), average), run.resolve("ema.safetensors"));
    assertThat(alpha(run)).as("as the run's adapter, the average").isEqualTo(8);

    assertThat(alpha(save("taken.safetensors", Map.of("lora_alpha", "4.0"), tensors))).isEqualTo(4);
  }

  @Test
  void twoAdaptersInOneFileAreRefused() throws IOException {
    String prefix = "base_model.model." + LAYER;
    refused(
        peft(
            CONFIG.formatted(""),
            prefix + ".lora_A.weight",
            1,
            prefix + ".lora_A.default.weight",
            1,
            prefix + ".lora_B.weight",
            1),
        "more than one adapter");
    refused(
        save(
            "two.safetensors",
            Map.of(),
            LAYER + ".lora_A.weight",
            1,
            "transformer." + LAYER + ".lora_A.weight",
            1),
        "more than one adapter");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "diffusion_model.blocks.0.attn.to_q.lora_A.weight|ComfyUI",
        "lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight|kohya",
        "transformer.blocks.0.attn.to_q.dora_scale|DoRA",
        "base_model.model.blocks.0.attn.to_q.lora_magnitude_vector|DoRA",
        "lycoris_blocks_0_attn_to_q.hada_w1_a|LyCORIS",
        "unet.down_blocks.0.attn.to_q.lora_A.weight|UNet",
        "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight|text encoder"
      })
  void otherFormsAreCalledByTheirNames(String name, String word) {
    refused(save("x.safetensors", Map.of("format", "pt"), name, 1), word);
    assertThatThrownBy(() -> alpha(temp.resolve("x.safetensors")))
        .hasMessageNotContaining("architecture");
  }

  @Test
  void targetsAndKeysOfPeft() throws IOException {
    Object[] tensors = {
      "base_model.model." + LAYER + ".lora_A.weight", 1,
      "base_model.model." + LAYER + ".lora_B.weight", 1
    };
    for (String start : List.of("eva", "orthogonal", "mica")) {
      String more = ", \"init_lora_weights\": \"" + start + "\"";
      assertThat(alpha(peft(CONFIG.formatted(more), tensors))).isEqualTo(4);
    }
    assertThat(
            alpha(
                peft(
                    CONFIG.replace("[\"attn.to_q\"", "[\"attn.to_q\", \"x\"").formatted(""),
                    tensors)))
        .as("a target that matches nothing changes nothing")
        .isEqualTo(4);
    assertThat(
            alpha(peft(CONFIG.replace("[\"attn.to_q\"]", "\"all-linear\"").formatted(""), tensors)))
        .isEqualTo(4);
    assertThat(alpha(peft(CONFIG.formatted(", \"brand_new\": null, \"newer\": {}"), tensors)))
        .isEqualTo(4);
    for (String key : List.of("kasa_config", "alora_invocation_tokens", "brand_new")) {
      refused(peft(CONFIG.formatted(", \"" + key + "\": [1, 2]"), tensors), key, "[1,2]");
    }
  }

  @Test
  void valuesThatAreNoNumbersAndNoValuesAtAll() throws IOException {
    refused(
        save(
            "nan.safetensors",
            Map.of(),
            LAYER + ".lora_A.weight",
            1,
            LAYER + ".lora_B.weight",
            Float.NaN),
        LAYER + ".lora_B.weight has values that are not finite");
    try (Scope scope = new Scope()) {
      EngineTensors.save(
          temp.resolve("empty.safetensors"),
          Map.of(LAYER + ".lora_A.weight", Tensors.of(new float[0], 0)),
          DType.F32,
          Map.of());
      EngineTensors.save(
          temp.resolve("int8.safetensors"),
          Map.of(LAYER + ".lora_A.weight", Tensors.of(new float[] {1}, 1, 1).to(ScalarType.Char)),
          DType.F32,
          Map.of());
    }
    refused(temp.resolve("empty.safetensors"), "are empty", "ZeRO-3");
    refused(temp.resolve("int8.safetensors"), "lora_A.weight is i8");
  }

  @Test
  void aFolderNamesTheAdaptersBelowIt() throws IOException {
    Files.createDirectories(temp.resolve("checkpoint-500"));
    Files.writeString(temp.resolve("checkpoint-500/adapter_model.safetensors"), "");
    refused(temp, "holds no adapter", "there are some in checkpoint-500");
  }

  @Test
  void metadataThatIsNoJsonNamesItsFile() {
    Path file =
        save(
            "m.safetensors",
            Map.of("lora_adapter_metadata", "not json"),
            "transformer." + LAYER + ".lora_A.weight",
            1);
    refused(file, file + ": lora_adapter_metadata");
  }
}
