package dev.meander.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.meander.config.ConfigFile;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingsTest {
  @Test
  void timesAreCosinesThenSines() {
    try (Scope scope = new Scope()) {
      Tensor time = Tensors.of(new float[] {0, 2, 960.1f}, 3);
      Tensor features = Embeddings.time(time, 4);
      assertThat(Tensors.shape(features)).containsExactly(3, 4);
      float[] f = Tensors.floats(features);
      // Frequencies 1 and 10000^(-1/2) = 0.01.
      for (int i = 0; i < 3; i++) {
        double t = new double[] {0, 2, 960.1f}[i];
        double[] expected = {Math.cos(t), Math.cos(0.01 * t), Math.sin(t), Math.sin(0.01 * t)};
        for (int j = 0; j < 4; j++) {
          assertThat((double) f[4 * i + j]).isCloseTo(expected[j], within(2e-6));
        }
      }
    }
  }

  /** The table is what diffusers saved, for a native size smaller than the largest. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "sd3-plain",
        "sd3-medium35",
        "sd3-patch1",
        "sd3-nonsquare",
        "pipe-sd3/transformer"
      })
  void positionsAreThoseOfDiffusers(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      JsonNode config = ConfigFile.read(fixture.directory().resolve("config.json"));
      int heads = config.get("num_attention_heads").asInt();
      int width = heads * config.get("attention_head_dim").asInt();
      int base = config.get("sample_size").asInt() / config.get("patch_size").asInt();
      float[] ours = Embeddings.sinCos2d(width, config.get("pos_embed_max_size").asInt(), base);
      float[] saved =
          Tensors.floats(
              fixture.tensors("diffusion_pytorch_model.safetensors").get("pos_embed.pos_embed"));
      assertThat(ours).containsExactly(saved, within(1e-6f));
    }
  }

  @Test
  void columnsComeBeforeRows() {
    float[] table = Embeddings.sinCos2d(4, 2, 2);
    // Cell (row 0, column 1): sin and cos of x = 1, then of y = 0.
    assertThat(table[4]).isCloseTo((float) Math.sin(1), within(1e-7f));
    assertThat(table[5]).isCloseTo((float) Math.cos(1), within(1e-7f));
    assertThat(table[6]).isZero();
    assertThat(table[7]).isEqualTo(1);
  }
}
