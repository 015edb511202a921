package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.tensor.Tensors;
import dev.meander.weights.DType;
import dev.meander.weights.EngineTensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PretrainMetricsTest {
  private static final String VAE =
      """
      {"type":"stage_started","step":0,"stage":"vae"}
      {"type":"pretrain_progress","step":50,"stage":"vae"}
      {"type":"stage_finished","step":60,"stage":"vae"}
      """;
  private static final String FLOW =
      """
      {"type":"stage_started","step":0,"stage":"flow"}
      {"type":"pretrain_progress","step":50,"stage":"flow"}
      """;
  private static final String LATER =
      """
      {"type":"pretrain_progress","step":100,"stage":"flow"}
      {"type":"pretrain_prog""";

  @TempDir private Path dir;
  private Path metrics;

  @BeforeEach
  void metrics() throws IOException {
    metrics = Files.writeString(dir.resolve("metrics.jsonl"), VAE + FLOW + LATER);
  }

  private void checkpoint(String stage, int step) {
    EngineTensors.save(
        dir.resolve(stage + ".safetensors"),
        Map.of("x", Tensors.of(new float[1], 1)),
        DType.F32,
        Map.of("step", Integer.toString(step)));
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  @Test
  void nothingIsKeptWithoutACheckpoint() {
    assertThat(PretrainMetrics.kept(metrics, dir)).isZero();
  }

  @Test
  void whatTheLastCheckpointKnewIsKept() {
    checkpoint("vae", 60);
    checkpoint("flow", 70);

    assertThat(PretrainMetrics.kept(metrics, dir)).isEqualTo(bytes(VAE + FLOW));
  }

  @Test
  void theLaterStageIsForgottenWithoutItsCheckpoint() {
    checkpoint("vae", 60);

    assertThat(PretrainMetrics.kept(metrics, dir)).isEqualTo(bytes(VAE));
  }

  @Test
  void aBrokenLineIsNamedByItsNumber() throws IOException {
    checkpoint("flow", 70);
    Files.writeString(metrics, VAE + "{\"type\":\n" + FLOW);

    assertThatThrownBy(() -> PretrainMetrics.kept(metrics, dir))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith(metrics + ", line 4: not JSON: ")
        .message()
        .contains(" at column ")
        .doesNotContainPattern("line\\W*1");
  }
}
