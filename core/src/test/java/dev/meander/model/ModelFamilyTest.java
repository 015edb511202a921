package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.model.plain.PlainReader;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.testing.Providers;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A family of models from outside the library, found by its service file. */
public class ModelFamilyTest {
  @TempDir Path temp;

  /** A model directory of the family. */
  public static void write(Path dir) throws IOException {
    Path source = Fixture.of("pipe-sd3").directory();
    for (String file :
        List.of(
            "vae/config.json",
            "vae/diffusion_pytorch_model.safetensors",
            "scheduler/scheduler_config.json")) {
      Files.createDirectories(dir.resolve(file).getParent());
      Files.copy(source.resolve(file), dir.resolve(file));
    }
    Files.createDirectories(dir.resolve("transformer"));
    Files.createDirectories(dir.resolve("text_encoder"));
    Files.writeString(dir.resolve("model_index.json"), "{\"_class_name\": \"ZPlainPipeline\"}");
    Files.writeString(
        dir.resolve("transformer/config.json"),
        "{\"_class_name\": \"PlainTransformer\", \"width\": 8, \"channels\": 4}");
    try (Scope scope = new Scope()) {
      Map<String, Tensor> network =
          new PlainReader.Config(8, 4).build(Parameters.random(1), ScalarType.Float).tensors();
      save(dir.resolve("transformer/diffusion_pytorch_model.safetensors"), network);
      Tensor letters = PlainReader.letters(Parameters.random(2), 8);
      save(dir.resolve("text_encoder/model.safetensors"), Map.of("letters", letters));
    }
  }

  private static void save(Path file, Map<String, Tensor> tensors) {
    EngineTensors.save(file, tensors, DType.F32, Map.of());
  }

  @Test
  void paddingOfShorterPromptsChangesNothing() throws IOException {
    write(temp);
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(temp, ScalarType.Float, TextOptions.usual())) {
      Conditioning alone = pipeline.prompts().encode(List.of("star"));
      Conditioning both = pipeline.prompts().encode(List.of("star", "three red circles"));
      Tensor one = Tensors.of(new float[] {1, 2, 3, 4}, 1, 4, 1, 1);
      Tensor two = Tensors.cat(0, one, one);

      Tensor apart = velocity(pipeline, one, alone);
      Tensor together = velocity(pipeline, two, both);

      assertThat(both.width()).isGreaterThan(alone.width());
      Fixture.assertClose("padded", together.narrow(0, 0, 1), apart, 1e-5);
      assertThat(Tensors.floats(together.narrow(0, 1, 1))).isNotEqualTo(Tensors.floats(apart));
    }
  }

  private static Tensor velocity(Pipeline pipeline, Tensor latent, Conditioning prompts) {
    float[] sigmas = latent.size(0) == 1 ? new float[] {0.5f} : new float[] {0.5f, 0.5f};
    return pipeline.transformer().velocity(latent, Tensors.of(sigmas, sigmas.length), prompts);
  }

  @Test
  void aTakenNameIsRefused() throws IOException {
    write(temp);
    try (ModelDirectory directory = new ModelDirectory(temp, true, true)) {
      assertThatThrownBy(
              () ->
                  PipelineReaders.choose(directory, List.of(new PlainReader(), new PlainReader())))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("more than one model family reads ZPlainPipeline")
          .hasMessageContaining(PlainReader.class.getName());
    }
  }

  /** A reader of somebody else's. */
  public static final class Throws implements PipelineReader {
    public Throws() {
      throw new IllegalStateException("no licence");
    }

    @Override
    public String className() {
      return "Other";
    }

    @Override
    public PipelineParts read(ModelDirectory directory) {
      throw new UnsupportedOperationException();
    }
  }

  @Test
  void aReaderThatThrowsIsNamed(@TempDir Path jar) throws IOException {
    write(temp);
    Providers.install(jar, PipelineReader.class, Throws.class);
    try (ModelDirectory directory = new ModelDirectory(temp, true, true)) {
      assertThatThrownBy(() -> PipelineReaders.of(directory))
          .isExactlyInstanceOf(UserError.class)
          .hasMessageContaining(Throws.class.getName() + " (of ")
          .hasMessageContaining("no licence");
    } finally {
      Providers.remove();
    }
  }

  @Test
  void textEncodersInBfloat16TakeHalfTheMemoryAndSayTheSame() {
    Path model = Fixture.of("pipe-sd3-t5").directory();
    TextOptions half = new TextOptions(TextOptions.usual().maxTokens(), ScalarType.BFloat16);
    try (Scope scope = new Scope();
        TextEncoders wide = Pipeline.loadText(model, TextOptions.usual());
        TextEncoders narrow = Pipeline.loadText(model, half)) {
      Conditioning expected = wide.encode(List.of("a red star"));
      Conditioning found = narrow.encode(List.of("a red star"));

      assertThat(bytes(narrow) * 2).isEqualTo(bytes(wide));
      assertThat(found.tokens().scalar_type().intern()).isEqualTo(ScalarType.Float);
      Fixture.assertClose("tokens", found.tokens(), expected.tokens(), 0.05);
      Fixture.assertClose("pooled", found.requirePooled(), expected.requirePooled(), 0.05);
    }
  }

  private static long bytes(TextEncoders text) {
    return text.weights().stream()
        .filter(Tensor::is_floating_point)
        .mapToLong(t -> t.numel() * t.element_size())
        .sum();
  }
}
