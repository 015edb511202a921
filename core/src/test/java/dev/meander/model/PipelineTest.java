package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.schedule.DynamicShift;
import dev.meander.schedule.StaticShift;
import dev.meander.schedule.TableDynamicShift;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.CutPrompts;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineTest {
  private static final Path FIXTURE = Fixture.of("pipe-sd3").directory();

  @TempDir Path temp;
  private Path dir;

  @BeforeEach
  void copyFixture() throws IOException {
    dir = temp.resolve("model");
    try (Stream<Path> all = Files.walk(FIXTURE)) {
      for (Path path : all.toList()) {
        Files.copy(path, dir.resolve(FIXTURE.relativize(path).toString()));
      }
    }
  }

  private Pipeline load(int t5Tokens) {
    return Pipeline.load(
        dir, ScalarType.Float, t5Tokens < 0 ? TextOptions.usual() : TextOptions.tokens(t5Tokens));
  }

  private String complaint() {
    Throwable thrown = catchThrowable(() -> load(-1));
    assertThat(thrown).isInstanceOf(UserError.class);
    return thrown.getMessage();
  }

  private void edit(String file, Consumer<ObjectNode> change) {
    ObjectNode node = ConfigFile.read(dir.resolve(file));
    change.accept(node);
    write(file, node.toString());
  }

  private void write(String file, String text) {
    try {
      Files.writeString(dir.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void rewrite(String component, String file, Consumer<Map<String, Tensor>> change) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> tensors;
      try (TensorStore store = TensorStore.open(dir.resolve(component).resolve(file))) {
        tensors = new TreeMap<>(store.load(store.names(), DType.F32));
      }
      change.accept(tensors);
      EngineTensors.save(dir.resolve(component).resolve(file), tensors, DType.F32, Map.of());
    }
  }

  @Test
  void whatItHolds() {
    try (Pipeline pipeline = load(-1)) {
      assertThat(pipeline.directory()).isEqualTo(dir);
      assertThat(pipeline.schedule(new long[] {4, 4, 6})).isEqualTo(new StaticShift(3));
      assertThat(((Sd3Transformer) pipeline.transformer()).config().qkNorm()).isEqualTo("rms_norm");
      assertThat(pipeline.vae().config().downscale()).isEqualTo(4);
      assertThat(pipeline.transformer().tensors().values()).noneMatch(Tensor::requires_grad);
    }
  }

  @Test
  void outlivesTheScopeThatItIsLoadedIn() {
    Pipeline pipeline;
    try (Scope scope = new Scope()) {
      pipeline = load(0);
    }
    try (pipeline;
        Scope scope = new Scope()) {
      float[] pooled =
          Tensors.floats(pipeline.prompts().encode(List.of("a red star")).requirePooled());
      assertThat(pooled).hasSize(16).doesNotContain(0);
    }
  }

  @Test
  void t5Rows() {
    assertThat(rows(-1)).isEqualTo(16 + 256);
    assertThat(rows(0)).isEqualTo(16);
    assertThat(rows(7)).isEqualTo(16 + 7);
    write("meander.json", "{\"t5_tokens\": 3}");
    assertThat(rows(-1)).isEqualTo(16 + 3);
    assertThat(rows(0)).isEqualTo(16);
    write("meander.json", "{\"t5_tokens\": -3, \"x\": 1}");
    assertThat(complaint()).contains("meander.json", "t5_tokens", "at least 0", "x is not");
  }

  private long rows(int t5Tokens) {
    try (Scope scope = new Scope();
        Pipeline pipeline = load(t5Tokens)) {
      return pipeline.prompts().encode(List.of("a")).tokens().size(1);
    }
  }

  @Test
  void latentShapes() {
    try (Pipeline pipeline = load(0)) {
      assertThat(pipeline.latentShape(16, 24)).containsExactly(4, 4, 6);
      assertThat(pipeline.latentShape(48, 8)).containsExactly(4, 12, 2);
      assertThatThrownBy(() -> pipeline.latentShape(20, 56))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("20 pixels must be a multiple of 8")
          .hasMessageContaining("56 pixels")
          .hasMessageContaining("at most 48");
    }
  }

  @Test
  void noSuchDirectory() {
    assertThatThrownBy(
            () -> Pipeline.load(temp.resolve("none"), ScalarType.Float, TextOptions.usual()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no directory " + temp.resolve("none"));
  }

  @Test
  void everyMissingFileIsNamed() throws IOException {
    Files.delete(dir.resolve("scheduler/scheduler_config.json"));
    Files.delete(dir.resolve("vae/diffusion_pytorch_model.safetensors"));
    Files.delete(dir.resolve("text_encoder/config.json"));
    Files.delete(dir.resolve("text_encoder/model.safetensors"));
    Files.delete(dir.resolve("text_encoder"));
    Files.delete(dir.resolve("tokenizer_2/tokenizer.json"));
    Files.delete(dir.resolve("tokenizer_2/merges.txt"));
    Files.delete(dir.resolve("tokenizer_2/tokenizer_config.json"));
    assertThat(complaint())
        .contains(
            "it lacks text_encoder; needed are scheduler, tokenizer, tokenizer_2, transformer, vae,"
                + " text_encoder, text_encoder_2, found scheduler, text_encoder_2, tokenizer,"
                + " tokenizer_2, transformer, vae",
            "scheduler_config.json",
            dir.resolve("vae") + " holds no .safetensors file; found config.json",
            "tokenizer_2/merges.txt",
            "tokenizer_2/tokenizer_config.json")
        .doesNotContain("vocab.json", "text_encoder/config.json");
    Files.delete(dir.resolve("model_index.json"));
    assertThat(complaint()).contains("there is no file " + dir.resolve("model_index.json"));
  }

  @Test
  void aLoadedPipelineKnowsHowMuchOfAPromptItsEncodersSee() {
    try (Pipeline pipeline = Pipeline.load(dir, ScalarType.Float, TextOptions.tokens(2))) {
      String words = "a red circle and a blue star ".repeat(20);
      assertThat(CutPrompts.message(pipeline.prompts().limits(), List.of(words)).orElseThrow())
          .contains("1 of 1 prompts are cut at")
          .contains("by CLIP");
    }
  }

  @Test
  void picklesAreRefusedUnread() throws IOException {
    Files.move(
        dir.resolve("vae/diffusion_pytorch_model.safetensors"),
        dir.resolve("vae/diffusion_pytorch_model.bin"));
    assertThat(complaint())
        .contains("holds no .safetensors file; diffusion_pytorch_model.bin is a pickle checkpoint")
        .contains("never read", "save_pretrained");
  }

  @Test
  void otherPipelinesAreRefused() {
    edit("model_index.json", n -> n.put("_class_name", "StableDiffusionPipeline"));
    assertThat(complaint())
        .contains("must be FluxPipeline or StableDiffusion3Pipeline")
        .contains("found \"StableDiffusionPipeline\"");
  }

  @Test
  void everyWrongSettingIsNamed() {
    edit("transformer/config.json", n -> n.put("num_layer", 2).put("qk_norm", "layer_norm"));
    edit("transformer/config.json", n -> n.remove("num_layers"));
    edit("vae/config.json", n -> n.put("act_fn", "relu").putArray("latents_mean").add(0.5));
    edit("vae/config.json", n -> n.putArray("up_block_types").add("AttnUpDecoderBlock2D"));
    edit("text_encoder/config.json", n -> n.put("hidden_act", "relu"));
    assertThat(complaint())
        .contains(
            "num_layer is not a setting; did you mean num_layers?",
            "num_layers is required",
            "act_fn must be silu, found \"relu\"",
            "latents_mean must be null, found 0.5",
            "up_block_types must be UpDecoderBlock2D",
            "hidden_act must be quick_gelu or gelu");
  }

  @Test
  void widthsMustAgree() {
    edit("text_encoder/config.json", n -> n.put("hidden_size", 98).put("projection_dim", 7));
    edit("text_encoder_2/config.json", n -> n.put("max_position_embeddings", 15));
    edit("vae/config.json", n -> n.put("latent_channels", 3));
    edit("transformer/config.json", n -> n.put("out_channels", 8));
    assertThat(complaint())
        .contains("110, exceed the transformer's joint_attention_dim 24")
        .contains("projection_dim together, 17, must equal")
        .contains("latent_channels, 3, must equal")
        .contains("out_channels, 8, must equal its in_channels, 4");
  }

  @Test
  void promptsMustFitTheEncoders() {
    edit("text_encoder_2/config.json", n -> n.put("max_position_embeddings", 15));
    assertThat(complaint()).contains("model_max_length, 16", "max_position_embeddings, 15");
  }

  @Test
  void aT5ThatIsNamedMustBeThere() {
    edit(
        "model_index.json",
        n -> n.putArray("text_encoder_3").add("transformers").add("T5EncoderModel"));
    assertThat(complaint())
        .contains("it lacks text_encoder_3, tokenizer_3; needed are", "[null, null]");
  }

  @Test
  void aDynamicShiftDependsOnTheTokens() {
    edit(
        "scheduler/scheduler_config.json",
        n -> n.put("use_dynamic_shifting", true).put("base_image_seq_len", 4));
    try (Pipeline pipeline = Pipeline.load(dir, ScalarType.Float, TextOptions.usual())) {
      assertThat(pipeline.schedule(new long[] {4, 6, 8}))
          .isEqualTo(new TableDynamicShift(new DynamicShift(12, 4, 4096, 0.5, 1.15)));
    }
  }

  @Test
  void otherSchedulesAreRefused() {
    edit(
        "scheduler/scheduler_config.json",
        n ->
            n.put("use_dynamic_shifting", true)
                .put("time_shift_type", "linear")
                .put("base_image_seq_len", 5000)
                .put("use_karras_sigmas", true)
                .put("shift_terminal", 0.1)
                .put("num_train_timesteps", 500));
    assertThat(complaint())
        .contains(
            "time_shift_type must be exponential, not linear",
            "max_image_seq_len must exceed base_image_seq_len, 5000, not be 4096",
            "use_karras_sigmas",
            "shift_terminal",
            "500");
    edit("scheduler/scheduler_config.json", n -> n.put("_class_name", "DDIMScheduler"));
    assertThat(complaint()).contains("FlowMatchEulerDiscreteScheduler");
  }

  /** They would leave no steps, or steps that are no numbers. */
  @Test
  void shiftsBeyondAllSenseAreRefused() {
    String file = "scheduler/scheduler_config.json";
    for (double shift : new double[] {1e30, 1e-30, 1001}) {
      edit(file, n -> n.put("shift", shift));
      assertThat(complaint()).contains(file, "shift must lie between 0.001 and 1000, not be ");
    }
    edit(file, n -> n.put("shift", 3).put("base_shift", 1e6).put("max_shift", -8));
    assertThat(complaint())
        .contains("base_shift and max_shift must lie between -7.0 and 7.0, not be 1000000.0 and");
  }

  @Test
  void tensorsThatDoNotFitAreAllNamed() {
    rewrite(
        "transformer",
        "diffusion_pytorch_model.safetensors",
        t -> {
          t.remove("proj_out.bias");
          t.put("extra", Tensors.of(new float[2], 2));
        });
    rewrite("text_encoder", "model.safetensors", t -> t.remove("text_projection.weight"));
    assertThat(complaint())
        .contains(dir.resolve("transformer") + " does not fit its config.json")
        .contains("missing tensor proj_out.bias", "unexpected tensor extra [2]")
        .contains(dir.resolve("text_encoder") + " does not fit its config.json")
        .contains("missing tensor text_projection.weight");
  }

  @Test
  void textEncodersAsTransformersFiveAndAsOldFiles() {
    float[] expected = pooled();
    rewrite(
        "text_encoder",
        "model.safetensors",
        t -> {
          Map<String, Tensor> bare = new TreeMap<>();
          t.forEach((name, tensor) -> bare.put(name.replaceFirst("^text_model\\.", ""), tensor));
          t.clear();
          t.putAll(bare);
        });
    rewrite(
        "text_encoder_2",
        "model.safetensors",
        t -> t.put("text_model.embeddings.position_ids", Tensors.of(new long[] {0, 1, 2}, 1, 3)));
    assertThat(pooled()).isEqualTo(expected);
  }

  private float[] pooled() {
    try (Scope scope = new Scope();
        Pipeline pipeline = load(0)) {
      return Tensors.floats(pipeline.prompts().encode(List.of("a red star")).requirePooled());
    }
  }
}
