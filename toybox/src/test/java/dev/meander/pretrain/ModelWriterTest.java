package dev.meander.pretrain;

import static dev.meander.testing.Fixture.assertClose;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.AutoencoderKl;
import dev.meander.model.Pipeline;
import dev.meander.model.VaeConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.nn.Parameters;
import dev.meander.random.Domain;
import dev.meander.schedule.StaticShift;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.text.ClipConfig;
import dev.meander.text.ClipTextModel;
import dev.meander.text.Conditioning;
import dev.meander.text.TextOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer writes, the pipeline loads: the same functions up to float16. */
class ModelWriterTest {
  private static final int TOKENS = 12;
  private static final double HALF = 5e-3;

  private final ToyboxVocabulary vocabulary = new ToyboxVocabulary();

  @TempDir Path dir;

  @Test
  void writtenModelLoadsAgain() throws IOException {
    try (Scope scope = new Scope()) {
      ClipTextModel clip = text("quick_gelu", 8, 1);
      ClipTextModel clip2 = text("gelu", 12, 2);
      VaeConfig vaeConfig =
          new VaeConfig(3, 3, 4, List.of(4, 8), 1, 2, 1.5, 0.1, false, false, true, 64);
      AutoencoderKl vae = new AutoencoderKl(vaeConfig, Parameters.random(3));
      Sd3Config config =
          new Sd3Config(8, 2, 4, null, 2, 6, 2, 20, 12, 20, 4, List.of(1), "rms_norm");
      Sd3Transformer transformer =
          new Sd3Transformer(config, Parameters.random(4), ScalarType.Float);
      // A new model's last layer is zero: give it something to say.
      Tensor out = transformer.tensors().get("proj_out.weight");
      out.copy_(
          Tensors.of(Domain.EXAMPLE.stream(5).normals((int) out.numel()), Tensors.shape(out)));
      vocabulary.write(dir.resolve("tokenizer"), TOKENS, "<|endoftext|>");
      vocabulary.write(dir.resolve("tokenizer_2"), TOKENS, "!");
      PretrainConfig pretrain =
          new PretrainConfig(
              new Basics(1, 1, 1, TOKENS),
              2.5,
              vaeConfig,
              clip.config(),
              clip2.config(),
              config,
              null,
              0,
              null,
              0,
              0,
              0,
              0,
              1);
      new ModelWriter(dir).write(pretrain, vae, clip, clip2, transformer);

      try (Pipeline loaded = Pipeline.load(dir, ScalarType.Float, TextOptions.usual())) {
        assertThat(loaded.schedule(new long[] {4, 4, 4})).isEqualTo(new StaticShift(2.5));
        assertThat(loaded.vae().config()).isEqualTo(vaeConfig);
        assertThat(((Sd3Transformer) loaded.transformer()).config()).isEqualTo(config);
        Conditioning conditioning = loaded.prompts().encode(List.of("a red circle", ""));
        assertThat(Tensors.shape(conditioning.tokens())).containsExactly(2, TOKENS, 20);
        Tensor latent = Tensors.of(Domain.EXAMPLE.stream(6).normals(2 * 4 * 4 * 6), 2, 4, 4, 6);
        Tensor sigma = Tensors.of(new float[] {0.9f, 0.2f}, 2);
        assertClose(
            "velocity",
            loaded.transformer().velocity(latent, sigma, conditioning),
            transformer.velocity(latent, sigma, conditioning),
            HALF);
        assertClose("image", loaded.vae().decode(latent), vae.decode(latent), HALF);
      }
    }
  }

  private ClipTextModel text(String activation, int size, long seed) {
    ClipConfig config =
        new ClipConfig(
            vocabulary.size(),
            size,
            2 * size,
            size,
            2,
            2,
            TOKENS,
            activation,
            1e-5,
            vocabulary.endId());
    return new ClipTextModel(config, Parameters.random(seed), true);
  }
}
