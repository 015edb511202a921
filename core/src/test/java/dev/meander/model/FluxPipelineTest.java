package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.meander.config.ConfigFile;
import dev.meander.config.UserError;
import dev.meander.schedule.DynamicShift;
import dev.meander.schedule.FluxShift;
import dev.meander.tensor.Scope;
import dev.meander.testing.Fixture;
import dev.meander.text.TextOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FluxPipelineTest {
  private static final Path FIXTURE = Fixture.of("pipe-flux-dev").directory();

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

  private String complaint(int t5Tokens) {
    Throwable thrown =
        catchThrowable(
            () ->
                Pipeline.load(
                    dir,
                    ScalarType.Float,
                    t5Tokens < 0 ? TextOptions.usual() : TextOptions.tokens(t5Tokens)));
    assertThat(thrown).isInstanceOf(UserError.class);
    return thrown.getMessage();
  }

  private void edit(String file, Consumer<ObjectNode> change) {
    ObjectNode node = ConfigFile.read(dir.resolve(file));
    change.accept(node);
    try {
      Files.writeString(dir.resolve(file), node.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void delete(String part) throws IOException {
    try (Stream<Path> files = Files.list(dir.resolve(part))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(dir.resolve(part));
  }

  @Test
  void whatItHolds() {
    try (Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(dir, ScalarType.BFloat16, TextOptions.tokens(7))) {
      assertThat(pipeline.schedule(new long[] {4, 6, 8}))
          .isEqualTo(new DynamicShift(12, 4, 16, 0.5, 1.15));
      assertThat(pipeline.prompts().encode(List.of("a star")).tokens().shape())
          .containsExactly(1, 7, 20);
      assertThat(pipeline.transformer().tensors().values())
          .allMatch(t -> t.scalar_type().intern() == ScalarType.BFloat16 && !t.requires_grad());
      assertThat(pipeline.latentShape(16, 24)).containsExactly(4, 4, 6);
      assertThatThrownBy(() -> pipeline.latentShape(20, 2052))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("image size 20 x 2052")
          .hasMessageContaining(
              "20 pixels must be a multiple of 8 (4 pixels a latent cell, 2 cells a token)")
          .hasMessageContaining("2052 pixels must be a multiple of 8");
    }
    Path schnell = Fixture.of("pipe-flux-schnell").directory();
    try (Pipeline pipeline = Pipeline.load(schnell, ScalarType.Float, TextOptions.usual())) {
      assertThat(pipeline.schedule(new long[] {4, 6, 8})).isEqualTo(new FluxShift(1));
    }
  }

  @Test
  void partsThatAreMissing() throws IOException {
    delete("text_encoder_2");
    delete("vae");
    Files.move(dir.resolve("tokenizer_2/tokenizer.json"), dir.resolve("tokenizer_2/spiece.model"));
    assertThat(complaint(-1))
        .contains("cannot be loaded as a FluxPipeline model")
        .contains(
            "it lacks text_encoder_2, vae; needed are scheduler, tokenizer, tokenizer_2,"
                + " transformer, vae, text_encoder, text_encoder_2, found scheduler,"
                + " text_encoder, tokenizer, tokenizer_2, transformer")
        .contains("only spiece.model, which must be converted once: python -c");
  }

  @Test
  void aShardThatIsMissing() throws IOException {
    Path shard = dir.resolve("transformer/diffusion_pytorch_model-00002-of-00004.safetensors");
    Files.delete(shard);
    assertThat(complaint(-1))
        .contains("diffusion_pytorch_model.safetensors.index.json cannot be")
        .contains("there is no file " + shard);
  }

  @Test
  void widthsMustAgree() {
    edit("text_encoder/config.json", n -> n.put("hidden_size", 10));
    edit("text_encoder_2/config.json", n -> n.put("d_model", 22));
    edit("vae/config.json", n -> n.put("latent_channels", 3));
    edit("transformer/config.json", n -> n.put("out_channels", 8));
    assertThat(complaint(-1))
        .contains("text_encoder's hidden_size, 10, must equal")
        .contains("pooled_projection_dim, 8")
        .contains("d_model, 22, must equal the transformer's joint_attention_dim, 20")
        .contains("latent_channels, 12, must equal the transformer's in_channels, 16")
        .contains("out_channels, 8, must equal its in_channels, 16");
  }

  @Test
  void theTextIsT5s() {
    assertThat(complaint(0)).contains("t5_tokens must be at least 1 for FLUX");
  }
}
