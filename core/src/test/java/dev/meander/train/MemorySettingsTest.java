package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.event.Event;
import dev.meander.event.MetricsFile;
import dev.meander.event.Progress;
import dev.meander.event.Stamped;
import dev.meander.model.ModelFiles;
import dev.meander.model.Pipeline;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What saves memory changes no result. */
class MemorySettingsTest {
  private static final Path MODEL = Fixture.of("pipe-sd3").directory();
  private static final List<String> PROMPTS = List.of("a star", "", "two crosses", "a star");

  @TempDir Path temp;

  private static List<String> files(Path directory) throws IOException {
    try (Stream<Path> list = Files.list(directory)) {
      return list.map(p -> p.getFileName().toString())
          .filter(name -> !name.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  @Test
  void freedEncodersAndRecomputedBlocksTrainTheSameWeights() throws Exception {
    Path keep = temp.resolve("keep");
    Path free = temp.resolve("free");
    Path cache = temp.resolve("cache");
    TinyRun.run(keep, false, "rollouts=2");
    String[] saving = {
      "rollouts=2",
      "model.text_encoders=free",
      "model.embeddings=" + cache,
      "update.gradient_checkpointing=true"
    };
    TinyRun.run(free, false, saving);

    assertThat(free.resolve("adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(keep.resolve("adapter/adapter_model.safetensors"));
    assertThat(MetricsFile.comparable(free.resolve("metrics.jsonl")))
        .isEqualTo(MetricsFile.comparable(keep.resolve("metrics.jsonl")));
    // 4 training prompts, 4 of the evaluation, the empty one.
    assertThat(files(cache)).hasSizeBetween(6, 9);
  }

  @Test
  void embeddingsFromTheDiskAreThoseOfTheEncoders() throws Exception {
    EmbeddingCache cache = EmbeddingCache.of(temp, MODEL, TextOptions.tokens(3));
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.tokens(3))) {
      cache.fill(cache.missing(PROMPTS), pipeline.prompts(), Progress.Source.SILENT);
      assertThat(files(temp)).hasSize(3);
      assertThat(cache.missing(PROMPTS)).isEmpty();
      Conditioning expected = pipeline.prompts().encode(PROMPTS);
      Conditioning read = cache.encode(PROMPTS);
      assertThat(Tensors.shape(read.tokens())).isEqualTo(Tensors.shape(expected.tokens()));
      assertThat(Tensors.floats(read.tokens())).isEqualTo(Tensors.floats(expected.tokens()));
      assertThat(Tensors.floats(read.requirePooled()))
          .isEqualTo(Tensors.floats(expected.requirePooled()));
      Conditioning alone = pipeline.prompts().encode(List.of("two crosses"));
      assertThat(Tensors.floats(alone.tokens()))
          .as("the same to the bit in any batch")
          .isEqualTo(Tensors.floats(expected.tokens().narrow(0, 2, 1)));
    }
  }

  @Test
  void anotherModelOrSettingIsAnotherEmbedding() throws Exception {
    EmbeddingCache cache = EmbeddingCache.of(temp, MODEL, TextOptions.tokens(3));
    try (Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.tokens(3))) {
      cache.fill(List.of("a star"), pipeline.prompts(), Progress.Source.SILENT);
    }
    assertThat(EmbeddingCache.of(temp, MODEL, TextOptions.tokens(3)).missing(List.of("a star")))
        .isEmpty();
    assertThat(EmbeddingCache.of(temp, MODEL, TextOptions.tokens(4)).missing(List.of("a star")))
        .hasSize(1);
    Path other = temp.resolve("other");
    for (String file : List.of("text_encoder/config.json", "transformer/config.json")) {
      Files.createDirectories(other.resolve(file).getParent());
      Files.copy(MODEL.resolve(file), other.resolve(file));
    }
    assertThat(EmbeddingCache.of(temp, other, TextOptions.tokens(3)).missing(List.of("a star")))
        .hasSize(1);
    assertThatThrownBy(() -> cache.encode(List.of("a cross")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a cross")
        .hasMessageContaining("model.text_encoders: keep");
  }

  /** A walk that stops at links finds the same, namely nothing, in every such model. */
  @Test
  void modelsBehindLinksAreToldApart() throws Exception {
    Path a = copy(MODEL, temp.resolve("a"));
    Path b = copy(MODEL, temp.resolve("b"));
    Path weights = b.resolve("text_encoder/model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    Path linkA = Files.createSymbolicLink(temp.resolve("linkA"), a);
    Path linkB = Files.createSymbolicLink(temp.resolve("linkB"), b);
    Path inner = copy(MODEL, temp.resolve("inner"));
    Files.move(inner.resolve("text_encoder"), temp.resolve("moved"));
    Files.createSymbolicLink(inner.resolve("text_encoder"), b.resolve("text_encoder"));

    EmbeddingCache cache = EmbeddingCache.of(temp.resolve("cache"), linkA, TextOptions.usual());
    try (Pipeline pipeline = Pipeline.load(MODEL, ScalarType.Float, TextOptions.usual())) {
      cache.alone(() -> cache.fill(List.of("a star"), pipeline.prompts(), Progress.Source.SILENT));
    }
    assertThat(missing(linkA)).isEmpty();
    assertThat(missing(a)).as("a path is no part of the key").isEmpty();
    assertThat(missing(linkB)).hasSize(1);
    assertThat(missing(inner)).hasSize(1);
    Path empty = Files.createDirectory(temp.resolve("empty"));
    assertThatThrownBy(() -> missing(empty))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(empty + " holds no files of a model");
    assertThat(ModelFiles.of(linkB).keySet())
        .contains("text_encoder/model.safetensors", "scheduler/scheduler_config.json")
        .contains("transformer/diffusion_pytorch_model.safetensors");
  }

  private List<String> missing(Path model) {
    return EmbeddingCache.of(temp.resolve("cache"), model, TextOptions.usual())
        .missing(List.of("a star"));
  }

  private static Path copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    return to;
  }

  @Test
  void halfPrecisionTrainsAndTellsItsFirstRatio() {
    Path run = temp.resolve("run");

    TinyRun.run(run, false, "rollouts=1", "model.dtype=bfloat16");

    List<Double> deviations =
        MetricsFile.read(run.resolve("metrics.jsonl")).stream()
            .map(Stamped::event)
            .filter(Event.FirstRatioMeasured.class::isInstance)
            .map(e -> ((Event.FirstRatioMeasured) e).maxDeviation())
            .toList();
    // The sampler and the densities are float32: the ratio is not off by a bfloat16's step, 4e-3.
    assertThat(deviations).hasSize(1).allMatch(d -> d < 1e-3);
  }

  @Test
  void halfPrecisionIsForAdapters() {
    assertThatThrownBy(() -> TinyRun.config("model.dtype=bfloat16", "policy=full"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("model.dtype: float32");
  }

  @Test
  void aDeviceThatIsNotThereIsSaidBeforeAnythingIsWritten() {
    Path run = temp.resolve("run");
    if (!org.bytedeco.pytorch.global.torch.cuda_is_available()) {
      assertThatThrownBy(() -> TinyRun.run(run, false, "model.device=cuda"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("cuda cannot be used");
      assertThat(run).doesNotExist();
    }
  }
}
