package dev.meander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.cli.bench.Bench;
import dev.meander.cli.bench.RealSizeBench;
import dev.meander.event.Progress;
import dev.meander.model.Sd3Config;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import java.util.List;
import org.junit.jupiter.api.Test;

class RealSizeBenchTest {
  private static final Sd3Config TINY =
      new Sd3Config(8, 2, 4, 4, 2, 8, 2, 24, 16, 8, 8, List.of(0), "rms_norm");

  @Test
  void everyPassIsMeasuredInThatType() {
    LoraConfig lora = new LoraConfig(2, 2, List.of("attn.to_q"), LoraInit.GAUSSIAN);
    RealSizeBench.Result result =
        new RealSizeBench(TINY, 8, 3, lora, 0.001).run(1, Bench.Type.BF16, Progress.Source.SILENT);

    assertThat(result.rows())
        .extracting(RealSizeBench.Row::pass)
        .containsExactly(
            "forward", "LoRA forward and backward, recomputed", "LoRA forward and backward");
    assertThat(result.rows()).allMatch(r -> r.seconds() > 0 && r.gflops() > 0 && r.share() > 0);
    // The recomputed pass counts the forward pass twice.
    double[] flop = result.rows().stream().mapToDouble(r -> r.gflops() * r.seconds()).toArray();
    assertThat(flop[1]).isCloseTo(flop[0] + flop[2], org.assertj.core.data.Offset.offset(1e-9));
    assertThat(result.parameters()).isGreaterThan(10_000);
  }

  @Test
  void anUnknownModelIsRefusedWithTheKnownOnes() {
    Cli.Result result = Cli.run("bench", "--real-size", "sd9");
    assertThat(result.status()).isEqualTo(2);
    assertThat(result.err()).contains("sd35-medium");
  }
}
