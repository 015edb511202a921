package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.Binder;
import dev.meander.config.ConfigFile;
import dev.meander.config.Overrides;
import dev.meander.config.UserError;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
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
import org.junit.jupiter.params.provider.ValueSource;

class LoraAdapterTest {
  private static final String KEY = "block.attn.to_k";
  private static final Path PEFT = Path.of("src/test/resources/parity/lora-peft");

  @TempDir Path temp;

  private static Map<String, Linear> linears() {
    Parameters p = Parameters.random(1);
    new Linear(p.sub("block.attn"), "to_k", 3, 2);
    new Linear(p.sub("block.attn2"), "to_k", 3, 2);
    new Linear(p, "to_k", 3, 2);
    new Linear(p.sub("block"), "ff", 500, 40);
    return p.finish().linears();
  }

  private static LoraConfig config(int rank, String... targets) {
    return new LoraConfig(rank, 2 * rank, List.of(targets), LoraInit.GAUSSIAN);
  }

  @Test
  void defaultsAreFlowGrpos() {
    LoraConfig config = Binder.bind(ConfigFile.parse("{}", "run"), LoraConfig.class, "run");
    assertThat(config.rank()).isEqualTo(32);
    assertThat(config.alpha()).isEqualTo(64);
    assertThat(config.init()).isEqualTo(LoraInit.GAUSSIAN);
    assertThat(config.targets()).hasSize(8).contains("attn.to_out.0", "attn.add_q_proj");
    assertThatIllegalArgumentException().isThrownBy(() -> config(4));
  }

  @Test
  void targetsMatchAsInPeft() {
    try (Scope scope = new Scope();
        LoraAdapter whole = LoraAdapter.attach(linears(), config(2, "attn.to_k"), 1);
        LoraAdapter ends = LoraAdapter.attach(linears(), config(2, "to_k"), 1)) {
      assertThat(whole.parameters().keySet())
          .containsExactly(KEY + ".lora_A.weight", KEY + ".lora_B.weight");
      assertThat(ends.parameters()).hasSize(6).containsKeys("to_k.lora_A.weight");
      assertThat(whole.parameters().get(KEY + ".lora_A.weight").shape()).containsExactly(2, 3);
      assertThat(whole.parameters().get(KEY + ".lora_B.weight").shape()).containsExactly(2, 2);
    }
  }

  @Test
  void anAsteriskStandsForOnePartOfAName() throws Exception {
    try (Scope scope = new Scope();
        LoraAdapter some = LoraAdapter.attach(linears(), config(2, "block.attn*.to_k"), 1);
        LoraAdapter one = LoraAdapter.attach(linears(), config(2, "*.ff"), 1)) {
      assertThat(some.parameters().keySet())
          .containsExactly(
              KEY + ".lora_A.weight",
              KEY + ".lora_B.weight",
              "block.attn2.to_k.lora_A.weight",
              "block.attn2.to_k.lora_B.weight");
      assertThat(one.parameters())
          .containsOnlyKeys("block.ff.lora_A.weight", "block.ff.lora_B.weight");
      assertThatThrownBy(() -> LoraAdapter.attach(linears(), config(2, "*.to_k.x", "*k"), 1))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("*.to_k.x;");
      some.save(temp, null);
    }
    // PEFT knows no such wildcards.
    assertThat(ConfigFile.read(temp.resolve("adapter_config.json")).get("target_modules"))
        .extracting(JsonNode::asText)
        .containsExactly("block.attn.to_k", "block.attn2.to_k");
  }

  @Test
  void everyTargetWithoutALayerIsNamed() {
    assertThatThrownBy(() -> LoraAdapter.attach(linears(), config(2, "to_k", "to_q", "tn.to_k"), 1))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("to_q, tn.to_k")
        .hasMessageContaining(KEY);
  }

  @Test
  void addsScaledLowRankProduct() {
    try (Scope scope = new Scope()) {
      Map<String, Linear> linears = linears();
      Linear layer = linears.get(KEY);
      Tensor x = Tensors.of(new float[] {1, 2, 3}, 1, 3);
      Tensor plain = layer.forward(x);
      try (LoraAdapter adapter = LoraAdapter.attach(linears, config(2, "attn.to_k"), 1)) {
        assertThat(Tensors.floats(layer.forward(x))).isEqualTo(Tensors.floats(plain));
        Autograd.noGrad(
            () -> {
              Map<String, Tensor> p = adapter.parameters();
              p.get(KEY + ".lora_A.weight").copy_(Tensors.of(new float[] {1, 0, 0, 0, 1, 1}, 2, 3));
              p.get(KEY + ".lora_B.weight").copy_(Tensors.of(new float[] {1, 0, 2, 1}, 2, 2));
            });
        // A x = (1, 5), B A x = (1, 7), alpha / r = 2.
        assertThat(Tensors.floats(layer.forward(x).sub(plain))).containsExactly(2, 14);
        Tensor half = layer.forward(x.to(ScalarType.BFloat16));
        assertThat(half.scalar_type().intern()).isEqualTo(ScalarType.BFloat16);
        half.to(ScalarType.Float).sum().backward();
        Tensor gradient = Autograd.grad(adapter.parameters().get(KEY + ".lora_B.weight"));
        assertThat(gradient.scalar_type().intern()).isEqualTo(ScalarType.Float);
        assertThat(Tensors.floats(gradient)).containsExactly(2, 10, 2, 10);
      }
    }
  }

  @Test
  void mergedItIsTheSameMapUntilItChanges() {
    try (Scope scope = new Scope()) {
      Map<String, Linear> linears = linears();
      Linear layer = linears.get(KEY);
      Tensor x = Tensors.of(new float[] {1, 2, 3, -4, 5, -6}, 2, 3);
      try (LoraAdapter adapter = LoraAdapter.attach(linears, config(2, "attn.to_k"), 1)) {
        Tensor b = adapter.parameters().get(KEY + ".lora_B.weight");
        Autograd.noGrad(() -> b.copy_(Tensors.of(new float[] {1, -2, 3, 4}, 2, 2)));
        float[] apart = Tensors.floats(layer.forward(x));
        adapter.merge();
        assertThat(Tensors.floats(layer.forward(x))).containsExactly(apart, within(1e-5f));
        Autograd.noGrad(() -> b.zero_());
        assertThat(Tensors.floats(layer.forward(x))).containsExactly(apart, within(1e-5f));
        adapter.enabled(false);
        float[] bare = Tensors.floats(layer.forward(x));
        adapter.enabled(true);
        adapter.unmerge();
        assertThat(Tensors.floats(layer.forward(x))).containsExactly(bare);
        assertThat(bare).isNotEqualTo(apart);
      }
    }
  }

  @Test
  void narrowLayersMultiplyByTheSumWithTheSameGradients() {
    try (Scope scope = new Scope()) {
      Map<String, Linear> linears = linears();
      Linear layer = linears.get(KEY);
      Tensor x = Tensors.of(new float[] {1, 2, 3, -4, 5, -6}, 2, 3);
      try (LoraAdapter adapter = LoraAdapter.attach(linears, config(2, "attn.to_k"), 1)) {
        List<Tensor> leaves = List.copyOf(adapter.parameters().values());
        Autograd.noGrad(
            () ->
                adapter
                    .parameters()
                    .get(KEY + ".lora_B.weight")
                    .copy_(Tensors.of(new float[] {1, -2, 3, 4}, 2, 2)));
        Tensor narrow = layer.forward(x);
        List<Tensor> gradients = Autograd.gradients(narrow.square().sum(), leaves);
        adapter.standForWider(1000);
        Tensor wide = layer.forward(x);
        List<Tensor> apart = Autograd.gradients(wide.square().sum(), leaves);

        assertThat(Tensors.floats(narrow)).containsExactly(Tensors.floats(wide), within(1e-4f));
        for (int i = 0; i < leaves.size(); i++) {
          float[] expected = Tensors.floats(apart.get(i));
          assertThat(Tensors.floats(gradients.get(i))).containsExactly(expected, within(1e-2f));
        }
        Tensor half = layer.forward(x.to(ScalarType.BFloat16));
        adapter.standForWider(1);
        assertThat(Tensors.floats(layer.forward(x.to(ScalarType.BFloat16))))
            .isEqualTo(Tensors.floats(half));
      }
    }
  }

  @Test
  void startsAsPeftDoes() {
    try (Scope scope = new Scope();
        LoraAdapter gaussian = LoraAdapter.attach(linears(), config(8, "ff"), 5);
        LoraAdapter again = LoraAdapter.attach(linears(), config(8, "ff", "to_k"), 5);
        LoraAdapter other = LoraAdapter.attach(linears(), config(8, "ff"), 6);
        LoraAdapter uniform =
            LoraAdapter.attach(
                linears(), new LoraConfig(8, 8, List.of("ff"), LoraInit.PEFT_DEFAULT), 5)) {
      String a = "block.ff.lora_A.weight";
      float[] values = Tensors.floats(gaussian.parameters().get(a));
      assertThat(std(values)).isCloseTo(1 / 8.0, within(0.005)); // 4000 values: 1.1% is one sigma
      assertThat(values).isEqualTo(Tensors.floats(again.parameters().get(a)));
      assertThat(values).isNotEqualTo(Tensors.floats(other.parameters().get(a)));
      float[] flat = Tensors.floats(uniform.parameters().get(a));
      double bound = 1 / Math.sqrt(500);
      assertThat(flat).hasSize(4000);
      for (float v : flat) {
        assertThat(Math.abs(v)).isLessThanOrEqualTo((float) bound);
      }
      assertThat(std(flat)).isCloseTo(bound / Math.sqrt(3), within(0.001));
      assertThat(Tensors.floats(uniform.parameters().get("block.ff.lora_B.weight")))
          .containsOnly(0);
    }
  }

  private static double std(float[] values) {
    double squares = 0;
    for (float v : values) {
      squares += (double) v * v;
    }
    return Math.sqrt(squares / values.length);
  }

  @Test
  void outlivesTheScopeThatItIsMadeIn() {
    try (Scope outer = new Scope()) {
      Map<String, Linear> linears = linears();
      LoraAdapter adapter;
      float[] before;
      try (Scope inner = new Scope()) {
        adapter = LoraAdapter.attach(linears, config(2, "attn.to_k"), 1);
        before = Tensors.floats(adapter.parameters().get(KEY + ".lora_A.weight"));
      }
      assertThat(Tensors.floats(adapter.parameters().get(KEY + ".lora_A.weight")))
          .isEqualTo(before);
      adapter.close();
      assertThat(linears.get(KEY).forward(Tensors.of(new float[3], 1, 3)).requires_grad())
          .isFalse();
    }
  }

  @Test
  void writesWhatPeftReads() {
    try (Scope scope = new Scope();
        LoraAdapter adapter = LoraAdapter.attach(linears(), config(2, "attn.to_k"), 1)) {
      adapter.save(temp.resolve("new/dir"), "org/model");
    }
    JsonNode written = ConfigFile.read(temp.resolve("new/dir/adapter_config.json"));
    JsonNode peft = ConfigFile.read(PEFT.resolve("adapter_config.json"));
    assertThat(written.get("base_model_name_or_path").asText()).isEqualTo("org/model");
    assertThat(written.get("r").intValue()).isEqualTo(2);
    assertThat(written.get("lora_alpha").intValue()).isEqualTo(4);
    List<String> own = List.of("base_model_name_or_path", "r", "lora_alpha", "target_modules");
    written.properties().stream()
        .filter(e -> !own.contains(e.getKey()))
        .forEach(e -> assertThat(e.getValue()).as(e.getKey()).isEqualTo(peft.get(e.getKey())));
  }

  @Test
  void everyMismatchIsReportedAtOnce() throws Exception {
    Files.writeString(
        temp.resolve("adapter_config.json"),
        """
        {"peft_type": "LORA", "r": 2, "lora_alpha": 4, "target_modules": ["attn.to_k", "to_x"],
         "use_dora": true, "bias": "all", "init_lora_weights": "pissa"}
        """);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Scope scope = new Scope()) {
      String prefix = "base_model.model." + KEY;
      tensors.put(prefix + ".lora_A.weight", Tensors.of(new float[8], 2, 4));
      tensors.put("base_model.model.block.ff.lora_A.weight", Tensors.of(new float[2], 2, 1));
      EngineTensors.save(temp.resolve("adapter_model.safetensors"), tensors, DType.F32, Map.of());
    }
    assertThatThrownBy(() -> LoraAdapter.load(linears(), temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("use_dora")
        .hasMessageContaining("bias is not supported, found \"all\"")
        .hasMessageContaining("pissa")
        .hasMessageContaining("no linear layer to_x")
        .hasMessageContaining("missing: base_model.model.block.attn.to_k.lora_B.weight")
        .hasMessageContaining("lora_A.weight is [2, 4], should be [2, 3]")
        .hasMessageContaining("unexpected: base_model.model.block.ff.lora_A.weight");
  }

  @Test
  void configWithoutItsNumbers() {
    try (Scope scope = new Scope();
        LoraAdapter adapter = LoraAdapter.attach(linears(), config(2, "attn.to_k"), 1)) {
      adapter.save(temp, null);
    }
    ObjectNode node = ConfigFile.read(temp.resolve("adapter_config.json"));
    node.put("r", 0).put("target_modules", ".*(to_k").put("peft_type", "IA3").remove("lora_alpha");
    node.putObject("rank_pattern").put("to_k", 1.5);
    assertThatThrownBy(
            () -> {
              Files.writeString(temp.resolve("adapter_config.json"), node.toString());
              LoraAdapter.load(linears(), temp);
            })
        .isInstanceOf(UserError.class)
        .hasMessageContaining("r must be an integer of at least 1, found 0")
        .hasMessageContaining("lora_alpha must be a number above 0, found nothing")
        .hasMessageContaining("target_modules is not a regular expression: .*(to_k")
        .hasMessageContaining("rank_pattern of to_k is 1.5")
        .hasMessageContaining("peft_type must be LORA, found \"IA3\"");
  }

  @Test
  void diffusersFileWithoutMetadata() {
    try (Scope scope = new Scope()) {
      Map<String, Linear> linears = linears();
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      Tensor ones = Tensors.of(new float[] {1, 1, 1}, 1, 3);
      tensors.put("transformer." + KEY + ".lora_A.weight", ones);
      tensors.put("transformer." + KEY + ".lora_B.weight", Tensors.of(new float[] {1, 2}, 2, 1));
      EngineTensors.save(
          temp.resolve("pytorch_lora_weights.safetensors"), tensors, DType.F16, Map.of());
      Tensor plain = linears.get(KEY).forward(ones);
      try (LoraAdapter adapter = LoraAdapter.load(linears, temp)) {
        assertThat(adapter.config().alpha()).isEqualTo(adapter.config().rank());
        float[] delta = Tensors.floats(linears.get(KEY).forward(ones).sub(plain));
        assertThat(delta[0]).isCloseTo(3, within(1e-5f));
        assertThat(delta[1]).isCloseTo(6, within(1e-5f));
      }
    }
  }

  @Test
  void noAdapterThere() {
    assertThatThrownBy(() -> LoraAdapter.load(linears(), temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapter_config.json")
        .hasMessageContaining("pytorch_lora_weights.safetensors");
  }

  private LoraAdapter reread(String... changes) throws Exception {
    ObjectNode node = ConfigFile.read(temp.resolve("adapter_config.json"));
    ObjectNode changed = Overrides.apply(node, List.of(changes));
    Files.writeString(temp.resolve("adapter_config.json"), changed.toString());
    return LoraAdapter.load(linears(), temp);
  }

  private void saved(int rank, String... targets) {
    try (Scope scope = new Scope();
        LoraAdapter adapter = LoraAdapter.attach(linears(), config(rank, targets), 1)) {
      adapter.save(temp, null);
    }
  }

  @Test
  void anotherRankThanTheConfigurationSays() {
    saved(2, "to_k");
    assertThatThrownBy(() -> reread("r=4"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be used with this model")
        .hasMessageContaining("3 of 3 layers have another rank")
        .hasMessageContaining("block.attn.to_k (rank 2 found, 4 expected)")
        .hasMessageNotContaining("wrong shape");
  }

  @Test
  void anAdapterForAnotherArchitectureSaysWhatItAdapts() throws Exception {
    saved(2, "to_k");
    Parameters p = Parameters.random(1);
    new Linear(p.sub("single_transformer_blocks.0"), "proj_mlp", 3, 2);
    Map<String, Linear> other = p.finish().linears();
    for (String file : List.of("", "pytorch_lora_weights.safetensors")) {
      assertThatThrownBy(() -> LoraAdapter.load(other, temp.resolve(file)))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("it is for another architecture: found adapters of block.attn.to_k")
          .hasMessageContaining("expected some of single_transformer_blocks.0.proj_mlp");
    }
  }

  @Test
  void rankStabilisedAlphaDividesByTheRoot() throws Exception {
    saved(4, "attn.to_k");
    try (Scope scope = new Scope();
        LoraAdapter adapter = reread("use_rslora=true", "lora_alpha=3")) {
      assertThat(adapter.config().alpha() / adapter.config().rank())
          .isCloseTo(3 / Math.sqrt(4), within(1e-12));
    }
  }

  /** A value of another kind is not the default: the strength would be another. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "use_rslora='true'",
        "use_rslora='False'",
        "use_rslora=1",
        "use_rslora=[]",
        "rank_pattern=[4]",
        "rank_pattern='to_k: 4'",
        "rank_pattern={to_k: '4'}",
        "rank_pattern={to_k: true}",
        "alpha_pattern=8",
        "alpha_pattern={to_k: null}",
        "alpha_pattern={to_k: [8]}",
        "lora_alpha='8'",
        "lora_alpha=true",
        "lora_alpha=.nan",
        "r='4'",
        "r=4.0",
        "r=4000000000"
      })
  void aValueOfAnotherKindIsRefused(String change) {
    saved(4, "attn.to_k");
    assertThatThrownBy(() -> reread(change))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(change.split("=")[0]);
  }

  @Test
  void nullIsAsMissing() throws Exception {
    saved(4, "attn.to_k");
    try (Scope scope = new Scope();
        LoraAdapter adapter =
            reread("use_rslora=null", "rank_pattern=null", "alpha_pattern=null", "bias=null")) {
      assertThat(adapter.config().alpha()).isEqualTo(config(4, "attn.to_k").alpha());
    }
  }

  @Test
  void namesOfPeftsOwnStateDictAndOfASingleDiffusersModel() throws Exception {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    saved(2, "attn.to_k");
    try (Scope scope = new Scope()) {
      String prefix = "base_model.model." + KEY;
      tensors.put(prefix + ".lora_A.default.weight", Tensors.of(new float[6], 2, 3));
      tensors.put(prefix + ".lora_B.default.weight", Tensors.of(new float[4], 2, 2));
      EngineTensors.save(temp.resolve("adapter_model.safetensors"), tensors, DType.F32, Map.of());
      try (LoraAdapter adapter = LoraAdapter.load(linears(), temp)) {
        assertThat(adapter.parameters())
            .containsOnlyKeys(KEY + ".lora_A.weight", KEY + ".lora_B.weight");
      }
      Map<String, Tensor> bare = new LinkedHashMap<>();
      bare.put(KEY + ".lora_A.weight", Tensors.of(new float[9], 3, 3));
      bare.put(KEY + ".lora_B.weight", Tensors.of(new float[6], 2, 3));
      bare.put("block.ff.lora_A.weight", Tensors.of(new float[500], 1, 500));
      bare.put("block.ff.lora_B.weight", Tensors.of(new float[40], 40, 1));
      Path file = temp.resolve("bare.safetensors");
      EngineTensors.save(file, bare, DType.F32, Map.of());
      try (LoraAdapter adapter = LoraAdapter.load(linears(), file)) {
        assertThat(adapter.parameters()).hasSize(4); // ranks 3 and 1, each with alpha equal to it
      }
    }
  }

  @Test
  void aPickleIsNotOpened() throws Exception {
    saved(2, "attn.to_k");
    Files.move(temp.resolve("adapter_model.safetensors"), temp.resolve("adapter_model.bin"));
    assertThatThrownBy(() -> LoraAdapter.load(linears(), temp))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("adapter_model.bin is a pickle")
        .hasMessageContaining("save_file");
  }
}
