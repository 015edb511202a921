package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.TensorStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergeCommandTest {
  @TempDir private Path dir;

  private Path adapter() {
    Path path = dir.resolve("lora");
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(Cli.MODEL, ScalarType.Float, TextOptions.tokens(2));
        LoraAdapter adapter =
            LoraAdapter.attach(
                pipeline.transformer().linears(),
                new LoraConfig(2, 2, List.of("to_k"), LoraInit.GAUSSIAN),
                1)) {
      Autograd.noGrad(() -> adapter.parameters().values().forEach(t -> t.add_(new Scalar(0.3))));
      adapter.save(path, "tiny");
    }
    return path;
  }

  private static float[] image(Path file) {
    try (Scope scope = new Scope();
        TensorStore store = TensorStore.open(file)) {
      return Tensors.floats(store.tensor("image", DType.F32));
    }
  }

  private float[] draw(String name, Object... more) {
    Path latents = dir.resolve(name + ".safetensors");
    Object[] args = {
      "generate",
      "a star",
      "--threads",
      1,
      "--steps",
      2,
      "--size",
      "16x24",
      "--out",
      dir.resolve(name + ".png"),
      "--save-latents",
      latents
    };
    Object[] all = java.util.Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    assertThat(Cli.run(all).status()).isZero();
    return image(latents);
  }

  @Test
  void theMergedModelDrawsWhatTheAdapterDraws() {
    Path adapter = adapter();
    Path merged = dir.resolve("merged");
    Cli.Result result = Cli.run("merge", adapter, "--model", Cli.MODEL, "--out", merged, "--json");

    assertThat(result.status()).as(result.err()).isZero();
    JsonNode json = result.json();
    assertThat(json.path("out").asText()).isEqualTo(merged.toString());
    assertThat(json.path("changed_tensors").asInt()).isEqualTo(3);
    float[] expected = draw("adapted", "--model", Cli.MODEL, "--adapter", adapter);
    float[] ours = draw("merged", "--model", merged);
    assertThat(ours).usingComparatorWithPrecision(1e-4f).containsExactly(expected);
    float[] file =
        draw(
            "file",
            "--model",
            Cli.MODEL,
            "--adapter",
            adapter.resolve("pytorch_lora_weights.safetensors"));
    assertThat(file).isEqualTo(expected);
    assertThat(draw("bare", "--model", Cli.MODEL)).isNotEqualTo(expected);
  }

  @Test
  void aModelTakesThePlaceOfAnother() throws Exception {
    Path out = dir.resolve("merged");
    Object[] merge = {"merge", adapter(), "--model", Cli.MODEL, "--out", out, "--overwrite"};
    assertThat(Cli.run(merge).status()).isZero();
    Files.writeString(out.resolve("old"), "");

    assertThat(Cli.run(merge).status()).isZero();

    assertThat(out.resolve("old")).doesNotExist();
    assertThat(out.resolve("model_index.json")).exists();
    assertThat(dir.toFile().list()).noneMatch(name -> name.startsWith(".merged"));
    merge[3] = out;
    assertThat(Cli.run(merge).err()).contains("cannot be replaced: it is made of " + out);
  }

  @Test
  void wrongInputIsSaid() throws Exception {
    Path taken = Files.createDirectory(dir.resolve("taken"));
    Cli.Result exists = Cli.run("merge", adapter(), "--model", Cli.MODEL, "--out", taken);
    assertThat(exists.status()).isEqualTo(2);
    assertThat(exists.err()).contains("exists already", "--overwrite");
    Cli.Result none =
        Cli.run("merge", dir.resolve("x"), "--model", Cli.MODEL, "--out", dir.resolve("m"));
    assertThat(none.status()).isEqualTo(2);
    assertThat(none.err()).contains("no adapter directory or .safetensors file");
    assertThat(dir.resolve("m")).doesNotExist();
  }
}
