package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import dev.meander.weights.TensorStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelMergeTest {
  private static final Path MODEL = Fixture.of("pipe-sd3").directory();
  private static final LoraConfig LORA =
      new LoraConfig(2, 6, List.of("attn.to_q", "to_add_out"), LoraInit.GAUSSIAN);

  @TempDir Path temp;
  private Path adapter;
  private Path out;

  @BeforeEach
  void makeAnAdapter() {
    adapter = temp.resolve("adapter");
    out = temp.resolve("merged");
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.tokens(2));
        LoraAdapter lora = LoraAdapter.attach(pipeline.transformer().linears(), LORA, 1)) {
      Autograd.noGrad(
          () ->
              lora.parameters()
                  .forEach(
                      (name, t) -> {
                        float[] values =
                            Domain.EXAMPLE.stream(name.hashCode()).normals((int) t.numel());
                        t.copy_(Tensors.of(values, Tensors.shape(t)));
                      }));
      lora.save(adapter, null);
    }
  }

  private ModelMerge merge(Path model) {
    return new ModelMerge(model, adapter, Optional.empty());
  }

  private static float[] velocity(Path model, Optional<Path> adapter) {
    Map<String, Tensor> io = Fixture.of("pipe-sd3").io();
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(model, ScalarType.Float, TextOptions.tokens(2))) {
      adapter.ifPresent(a -> LoraAdapter.load(pipeline.transformer().linears(), a));
      Tensor noise = io.get("noise");
      int n = (int) noise.size(0);
      float[] sigma = new float[n];
      java.util.Arrays.fill(sigma, 0.7f);
      return Autograd.noGrad(
          () ->
              Tensors.floats(
                  pipeline
                      .transformer()
                      .velocity(
                          noise,
                          Tensors.of(sigma, n),
                          pipeline.prompts().encode(java.util.Collections.nCopies(n, "a star")))));
    }
  }

  @Test
  void theMergedModelIsTheModelWithItsAdapter() {
    ModelMerge.Result result = merge(MODEL).write(out);

    assertThat(result).isEqualTo(new ModelMerge.Result(3, 1));
    float[] adapted = velocity(MODEL, Optional.of(adapter));
    assertThat(velocity(out, Optional.empty()))
        .usingComparatorWithPrecision(1e-4f)
        .containsExactly(adapted);
    assertThat(adapted).isNotEqualTo(velocity(MODEL, Optional.empty()));
    assertThat(files(out)).isEqualTo(files(MODEL));
    assertThat(out.resolve("vae/diffusion_pytorch_model.safetensors"))
        .hasSameBinaryContentAs(MODEL.resolve("vae/diffusion_pytorch_model.safetensors"));
  }

  @Test
  void shardsAndTypesStayAsTheyAre() throws Exception {
    Path sharded = temp.resolve("sharded");
    shard(sharded, DType.BF16);

    merge(sharded).write(out);

    assertThat(files(out)).isEqualTo(files(sharded));
    try (Scope scope = new Scope();
        TensorStore before = TensorStore.open(sharded.resolve("transformer"));
        TensorStore after = TensorStore.open(out.resolve("transformer"));
        TensorStore lora = TensorStore.open(adapter.resolve("adapter_model.safetensors"))) {
      assertThat(after.names()).isEqualTo(before.names());
      assertThat(after.shards().values()).hasSameSizeAs(before.shards().values()).hasSize(2);
      String layer = "transformer_blocks.1.attn.to_q";
      Tensor a = lora.tensor("base_model.model." + layer + ".lora_A.weight");
      Tensor b = lora.tensor("base_model.model." + layer + ".lora_B.weight");
      Tensor stored = before.tensor(layer + ".weight", DType.F32);
      Tensor expected =
          stored.add(b.matmul(a).mul(new org.bytedeco.pytorch.Scalar(3))).to(ScalarType.BFloat16);
      assertThat(after.entry(layer + ".weight").dtype()).isEqualTo(DType.BF16);
      assertThat(Tensors.floats(after.tensor(layer + ".weight")))
          .isEqualTo(Tensors.floats(expected));
      String other = "transformer_blocks.1.attn.to_k.weight";
      assertThat(Tensors.floats(after.tensor(other)))
          .isEqualTo(Tensors.floats(before.tensor(other)));
    }
  }

  /**
   * The fixture's model with its transformer in two files and another type, and a stray variant.
   */
  private static void shard(Path model, DType type) throws IOException {
    try (Stream<Path> walk = Files.walk(MODEL)) {
      for (Path from : walk.toList()) {
        Path to = model.resolve(MODEL.relativize(from).toString());
        if (Files.isDirectory(from)) {
          Files.createDirectories(to);
        } else if (!from.toString().contains("transformer/diffusion")) {
          Files.copy(from, to);
        }
      }
    }
    StringBuilder index = new StringBuilder();
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(MODEL.resolve("transformer"))) {
      Map<String, Map<String, Tensor>> shards = new TreeMap<>();
      for (String name : store.names()) {
        String file = "part-" + (name.contains("blocks.1") ? 2 : 1) + ".safetensors";
        shards.computeIfAbsent(file, f -> new TreeMap<>()).put(name, store.tensor(name));
        index.append(index.length() == 0 ? "" : ",").append("\"%s\": \"%s\"".formatted(name, file));
      }
      shards.forEach(
          (file, tensors) ->
              EngineTensors.save(
                  model.resolve("transformer").resolve(file),
                  tensors,
                  type,
                  Map.of("format", "pt")));
    }
    Files.writeString(
        model.resolve("transformer/diffusion_pytorch_model.safetensors.index.json"),
        "{\"weight_map\": {" + index + "}}");
  }

  @Test
  void otherFormsOfTheTransformersWeightsAreNotCopied() throws Exception {
    Path model = temp.resolve("model");
    shard(model, DType.F32);
    Files.writeString(model.resolve("transformer/model.fp16.safetensors"), "unmerged");
    Files.writeString(model.resolve("transformer/diffusion_pytorch_model.bin"), "unmerged");

    merge(model).write(out);

    assertThat(out.resolve("transformer/model.fp16.safetensors")).doesNotExist();
    assertThat(out.resolve("transformer/diffusion_pytorch_model.bin")).doesNotExist();
    assertThat(out.resolve("transformer/part-1.safetensors")).exists();
  }

  @Test
  void anotherType() {
    new ModelMerge(MODEL, adapter, Optional.of(DType.BF16)).write(out);

    try (TensorStore after = TensorStore.open(out.resolve("transformer"))) {
      assertThat(after.names()).allMatch(n -> after.entry(n).dtype() == DType.BF16);
    }
  }

  @Test
  void allWeightsTakeThePlaceOfTheModels() {
    Path all = temp.resolve("full");
    merge(MODEL).write(out);

    new ModelMerge(MODEL, out.resolve("transformer"), Optional.empty()).write(all);

    assertThat(all.resolve("transformer/diffusion_pytorch_model.safetensors"))
        .hasSameBinaryContentAs(out.resolve("transformer/diffusion_pytorch_model.safetensors"));
  }

  @Test
  void whatDescribesOrHoldsUnmergedWeightsIsNotCopied() throws Exception {
    Path full = temp.resolve("full");
    shard(full, DType.F32);
    Files.writeString(
        full.resolve("transformer/diffusion_pytorch_model.safetensors.index.fp16.json"), "{}");
    Files.writeString(full.resolve("sd3.ckpt"), "x");
    Files.copy(
        MODEL.resolve("transformer/diffusion_pytorch_model.safetensors"),
        full.resolve("all_in_one.safetensors"));
    merge(full).write(out);
    assertThat(out.resolve("transformer/diffusion_pytorch_model.safetensors.index.json")).exists();
    assertThat(out.resolve("transformer/diffusion_pytorch_model.safetensors.index.fp16.json"))
        .doesNotExist();
    assertThat(out.resolve("sd3.ckpt")).doesNotExist();
    assertThat(out.resolve("all_in_one.safetensors")).doesNotExist();
    assertThat(out.resolve("io.safetensors")).exists();
  }

  @Test
  void aSumThatOverflowsTheTypeIsRefusedByName() throws Exception {
    Path huge = Files.createDirectories(temp.resolve("huge"));
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(MODEL.resolve("transformer"))) {
      long[] shape = store.entry("transformer_blocks.0.attn.to_q.weight").shape();
      String layer = "transformer.transformer_blocks.0.attn.to_q.lora_";
      float[] b = new float[(int) shape[0]];
      b[0] = 1e30f;
      float[] a = new float[(int) shape[1]];
      a[0] = 1;
      tensors.put(layer + "A.weight", Tensors.of(a, 1, shape[1]));
      tensors.put(layer + "B.weight", Tensors.of(b, shape[0], 1));
      EngineTensors.save(
          huge.resolve("pytorch_lora_weights.safetensors"), tensors, DType.F32, Map.of());
    }
    assertThatThrownBy(() -> new ModelMerge(MODEL, huge, Optional.of(DType.F16)).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("transformer_blocks.0.attn.to_q.weight, merged and written as f16,");
    assertThat(out).doesNotExist();
    new ModelMerge(MODEL, huge, Optional.of(DType.F32)).write(out);
  }

  @Test
  void whatIsNoModelIsCalledByItsName() throws Exception {
    assertThatThrownBy(() -> merge(Path.of("org/model-3.5")).write(out))
        .hasMessageContaining("Names of the hub are not fetched")
        .hasMessageContaining("hf download org/model-3.5");
    assertThatThrownBy(() -> merge(Path.of("models/sd3.5-medium")).write(out))
        .hasMessageContaining(
            "accept its licence (Stability AI Community License) at https://huggingface.co/stabilityai/stable-diffusion-3.5-medium")
        .hasMessageEndingWith(
            "hf download stabilityai/stable-diffusion-3.5-medium --local-dir models/sd3.5-medium");
    Path file = Files.writeString(temp.resolve("sd3.safetensors"), "x");
    assertThatThrownBy(() -> merge(file).write(out)).hasMessageContaining("from_single_file");
    assertThatThrownBy(() -> merge(MODEL.resolve("transformer")).write(out))
        .hasMessageContaining("give the directory above, " + MODEL.toAbsolutePath());
    Path snapshot = Files.createDirectories(temp.resolve("models--a--b/snapshots/abc"));
    assertThatThrownBy(() -> merge(temp.resolve("models--a--b")).write(out))
        .hasMessageContaining("the model is in " + snapshot);
    Path quantised = temp.resolve("quantised");
    shard(quantised, DType.F32);
    Files.writeString(
        quantised.resolve("transformer/config.json"),
        "{\"quantization_config\": {\"quant_method\": \"bitsandbytes\"}}");
    assertThatThrownBy(() -> merge(quantised).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the model is quantised (quantization_config: bitsandbytes)");
    Path linked = temp.resolve("linked");
    shard(linked, DType.F32);
    Files.delete(linked.resolve("vae/config.json"));
    Files.createSymbolicLink(linked.resolve("vae/config.json"), Path.of("../../blobs/abc"));
    assertThatThrownBy(() -> merge(linked).write(out))
        .hasMessageContaining("vae/config.json is a link to ")
        .hasMessageContaining("blobs/abc, which is not there");
  }

  @Test
  void nothingIsOverwrittenAndNothingIsLeftBehind() throws Exception {
    Files.createDirectories(out);
    assertThatThrownBy(() -> merge(MODEL).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("exists already");
    assertThatThrownBy(() -> merge(MODEL).write(out, true))
        .hasMessageContaining("is no model in diffusers' layout");
    Files.delete(out);
    assertThatThrownBy(() -> merge(temp.resolve("none")).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("there is no directory " + temp.resolve("none"));
    Path broken = temp.resolve("broken");
    shard(broken, DType.F32);
    Files.writeString(broken.resolve("transformer/part-2.safetensors"), "x");
    assertThatThrownBy(() -> merge(broken).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("part-2.safetensors");
    assertThatThrownBy(
            () -> new ModelMerge(MODEL, temp.resolve("nowhere"), Optional.empty()).write(out))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds no adapter");
    assertThat(names(temp)).containsExactlyInAnyOrder("adapter", "broken");
  }

  private static List<String> files(Path directory) {
    try (Stream<Path> walk = Files.walk(directory)) {
      return walk.map(p -> directory.relativize(p).toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> list = Files.list(directory)) {
      return list.map(p -> p.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
