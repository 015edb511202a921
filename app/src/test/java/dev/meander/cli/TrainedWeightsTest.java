package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.generate.TrainedWeights;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedWeightsTest {
  private static final String WEIGHT = "proj_out.weight";

  @TempDir private Path dir;

  /** Writes an adapter for the tiny model whose both matrices are not zero. */
  static Path adapter(Path target) {
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(Cli.MODEL, ScalarType.Float, TextOptions.tokens(0))) {
      LoraConfig config = new LoraConfig(2, 4, List.of("attn.to_q", "ff.net.2"), LoraInit.GAUSSIAN);
      LoraAdapter adapter = LoraAdapter.attach(pipeline.transformer().linears(), config, 1);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      adapter.save(target, null);
      adapter
          .parameters()
          .forEach((n, t) -> tensors.put("base_model.model." + n, t.detach().add(new Scalar(0.5))));
      EngineTensors.save(target.resolve("adapter_model.safetensors"), tensors, DType.F32, Map.of());
    }
    return target;
  }

  @Test
  void allWeightsReplaceTheModels() throws IOException {
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(Cli.MODEL, ScalarType.Float, TextOptions.tokens(0))) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(pipeline.transformer().tensors());
      float[] before = Tensors.floats(tensors.get(WEIGHT));
      tensors.put(WEIGHT, tensors.get(WEIGHT).mul(new Scalar(2)));
      EngineTensors.save(
          dir.resolve("diffusion_pytorch_model.safetensors"), tensors, DType.F32, Map.of());

      TrainedWeights.apply(pipeline, dir);

      float[] after = Tensors.floats(pipeline.transformer().tensors().get(WEIGHT));
      for (int i = 0; i < before.length; i++) {
        before[i] *= 2;
      }
      assertThat(after).isEqualTo(before);
    }
  }

  @Test
  void aRunDirectoryStandsForItsAdapter() throws IOException {
    Files.writeString(dir.resolve("recipe.yaml"), "name: x\n");
    assertThatThrownBy(() -> TrainedWeights.locate(dir))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no adapter yet");

    Files.createDirectory(dir.resolve("adapter"));
    assertThat(TrainedWeights.locate(dir)).isEqualTo(dir.resolve("adapter"));
  }

  @Test
  void aDirectoryWithoutWeightsIsRefused() {
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(Cli.MODEL, ScalarType.Float, TextOptions.tokens(0))) {
      assertThatThrownBy(() -> TrainedWeights.apply(pipeline, dir))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("holds no adapter");
    }
  }
}
