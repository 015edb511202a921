package dev.meander;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.generate.Adapter;
import dev.meander.generate.Generator;
import dev.meander.image.Image;
import dev.meander.model.Pipeline;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextToImageTest {
  private static final Path MODEL = Path.of("src/test/resources/parity/pipe-sd3");
  private static final String PROMPT = "a red circle";

  @TempDir private Path dir;

  private static Image draw(TextToImage model) {
    return model.generate(PROMPT).seed(3).steps(2).size(16, 24).image();
  }

  private Path adapter() {
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.usual())) {
      LoraConfig config = new LoraConfig(2, 4, List.of("attn.to_q"), LoraInit.GAUSSIAN);
      LoraAdapter adapter = LoraAdapter.attach(pipeline.transformer().linears(), config, 1);
      adapter.save(dir, null);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      adapter
          .parameters()
          .forEach((n, t) -> tensors.put("base_model.model." + n, t.detach().add(new Scalar(0.5))));
      EngineTensors.save(dir.resolve("adapter_model.safetensors"), tensors, DType.F32, Map.of());
    }
    return dir;
  }

  @Test
  void itDrawsWhatTheGeneratorDraws() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      Generator.Settings settings = new Generator.Settings(2, 1, 3.5, "", 32, false);
      Image expected =
          new Generator(model.pipeline(), settings, Progress.Source.SILENT)
              .fromSeed(List.of(PROMPT), 1, 3, model.pipeline().latentShape(16, 24))
              .images()
              .get(0);
      assertThat(draw(model).rgb()).isEqualTo(expected.rgb());
      List<Image> two = model.generate(PROMPT).seed(3).steps(2).size(16, 24).images(2);
      assertThat(two).hasSize(2);
      assertThat(two.get(0).rgb()).isEqualTo(expected.rgb());
      assertThat(two.get(1).rgb()).isNotEqualTo(expected.rgb());
    }
  }

  @Test
  void anAdapterIsOnlyLent() {
    Path adapter = adapter();
    try (TextToImage model = TextToImage.load(MODEL)) {
      Image before = draw(model);
      Image adapted =
          model.with(Adapter.at(adapter)).generate(PROMPT).seed(3).steps(2).size(16, 24).image();
      assertThat(adapted.rgb()).isNotEqualTo(before.rgb());
      assertThat(draw(model).rgb()).isEqualTo(before.rgb());
    }
  }

  @Test
  void wholeWeightsAreOnlyLent() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      Image before = draw(model);
      try (Scope scope = new Scope()) {
        Map<String, Tensor> all = new LinkedHashMap<>(model.pipeline().transformer().tensors());
        all.computeIfPresent("proj_out.weight", (name, t) -> t.mul(new Scalar(2)));
        EngineTensors.save(
            dir.resolve("diffusion_pytorch_model.safetensors"), all, DType.F32, Map.of());
      }
      float[] own = Tensors.floats(model.pipeline().transformer().tensors().get("proj_out.weight"));
      Image other = model.generate(PROMPT).seed(3).steps(2).size(16, 24).adapter(dir).image();
      assertThat(other.rgb()).isNotEqualTo(before.rgb());
      assertThat(Tensors.floats(model.pipeline().transformer().tensors().get("proj_out.weight")))
          .isEqualTo(own);
    }
  }

  @Test
  void severalModelsAndThreadsShareAProcess() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (TextToImage first = TextToImage.load(MODEL);
        TextToImage second = TextToImage.load(MODEL)) {
      byte[] expected = draw(first).rgb();
      CountDownLatch together = new CountDownLatch(4);
      List<Future<Image>> all = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        TextToImage model = i % 2 == 0 ? first : second;
        all.add(
            threads.submit(
                () -> {
                  together.countDown();
                  together.await();
                  return draw(model);
                }));
      }
      for (Future<Image> image : all) {
        assertThat(image.get().rgb()).isEqualTo(expected);
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void aModelInUseIsNotClosed() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      Adapter closing =
          pipeline -> {
            model.close();
            return () -> {};
          };
      assertThatThrownBy(() -> model.with(closing).generate(PROMPT).image())
          .isInstanceOf(UserError.class)
          .hasMessage(
              "the model %s cannot be closed while it is generating images; close it when that is over",
              MODEL);
      assertThat(draw(model).width()).isEqualTo(24);
    }
  }

  @Test
  void aClosedModelSaysSo() {
    TextToImage model = TextToImage.load(MODEL);
    model.close();
    model.close();
    assertThatThrownBy(() -> draw(model))
        .isInstanceOf(UserError.class)
        .hasMessage("the model %s is closed; load it again", MODEL);
  }

  @Test
  void aMissingModelIsExplained() {
    assertThatThrownBy(() -> TextToImage.load(Path.of("models/none")))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("there is no model directory models/none; give the path")
        .hasMessageContaining("dev.meander:meander-models");
  }

  @Test
  void wrongSettingsAreRefusedByName() {
    try (TextToImage model = TextToImage.load(MODEL)) {
      assertThatThrownBy(() -> model.generate(PROMPT).steps(0))
          .isInstanceOf(UserError.class)
          .hasMessage("steps must be at least 1, not 0");
      assertThatThrownBy(() -> model.generate(PROMPT).guidance(Double.NaN))
          .isInstanceOf(UserError.class)
          .hasMessage("guidance must be a finite number, not NaN");
      assertThatThrownBy(() -> model.generate(PROMPT).size(17, 24).image())
          .isInstanceOf(UserError.class)
          .hasMessageContaining("multiple of");
    }
  }
}
