package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.cli.bench.Bench;
import dev.meander.cli.bench.RealSize;
import dev.meander.cli.bench.RealSizeBench;
import dev.meander.config.UserError;
import dev.meander.event.Progress;
import dev.meander.model.TransformerConfig;
import dev.meander.model.flux.FluxConfig;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.tensor.Hardware;
import java.util.List;
import org.junit.jupiter.api.Test;

class RealSizeBenchTest {
  private static final Sd3Config TINY =
      new Sd3Config(8, 2, 4, 4, 2, 8, 2, 24, 16, 8, 8, List.of(0), "rms_norm");

  private static final FluxConfig TINY_FLUX =
      new FluxConfig(1, 16, null, 1, 2, 8, 2, 24, 8, true, List.of(2, 2, 4));

  @Test
  void everyPassIsMeasuredInThatType() {
    for (TransformerConfig config : List.of(TINY, TINY_FLUX)) {
      LoraConfig lora = new LoraConfig(2, 2, List.of("attn.to_q"), LoraInit.GAUSSIAN);
      RealSizeBench.Result result =
          new RealSizeBench(config, 2, 8, 3, lora, 0.001)
              .run(1, Hardware.CPU, Bench.Type.BF16, Progress.Source.SILENT);

      assertThat(result.rows())
          .extracting(RealSizeBench.Row::pass)
          .containsExactly(
              "forward", "LoRA forward and backward, recomputed", "LoRA forward and backward");
      assertThat(result.rows()).allMatch(r -> r.seconds() > 0 && r.gflops() > 0 && r.share() > 0);
      // The recomputed pass counts the forward pass twice.
      double[] flop = result.rows().stream().mapToDouble(r -> r.gflops() * r.seconds()).toArray();
      assertThat(flop[1]).isCloseTo(flop[0] + flop[2], org.assertj.core.data.Offset.offset(1e-9));
      assertThat(result.parameters()).isGreaterThan(9_000);
    }
  }

  @Test
  void theBlocksThatAreMeasuredAreNamed() {
    assertThat(RealSize.FLUX1_DEV.with(RealSize.FLUX1_DEV.blocks(List.of())))
        .isEqualTo("flux1-dev with 6,12 of 19,38 blocks");
    assertThat(RealSize.FLUX1_DEV.blocks(List.of(1, 2))).containsExactly(1, 2);
    assertThat(RealSize.SD35_MEDIUM.with(RealSize.SD35_MEDIUM.blocks(List.of())))
        .isEqualTo("sd35-medium");
    for (List<Integer> wrong : List.of(List.of(6), List.of(0, 12), List.of(6, 39))) {
      assertThatThrownBy(() -> RealSize.FLUX1_DEV.blocks(wrong))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("--blocks of flux1-dev must be 2 numbers from 1 to 19,38");
    }
  }

  @Test
  void anUnknownModelIsRefusedWithTheKnownOnes() {
    Cli.Result result = Cli.run("bench", "--real-size", "sd9");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("sd35-medium", "flux1-dev");
  }

  @Test
  void noSamplesAreRefused() {
    Cli.Result result = Cli.run("bench", "--real-size", "sd35-medium", "--batch-size", "0");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("--batch-size must be at least 1");
  }
}
