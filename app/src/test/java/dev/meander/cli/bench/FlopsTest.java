package dev.meander.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.flux.FluxConfig;
import dev.meander.model.flux.FluxTransformer;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.nn.Parameters;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class FlopsTest {
  private static final int D = 8;
  private static final int N = 4;
  private static final int S = 3;

  /** Two blocks of width 8; the latent is 4 x 4, so there are 4 image tokens. */
  private static Flops flops() {
    Sd3Config config = new Sd3Config(4, 2, 5, null, 2, 4, 2, 10, D, 6, 2, List.of(), null);
    Sd3Transformer model = new Sd3Transformer(config, Parameters.random(1), ScalarType.Float);
    return new Flops(model, N, S);
  }

  @Test
  void aPassIsTheSumOfItsMatrixProducts() {
    double patches = N * 20 * D;
    double time = 256 * D + D * D + 6 * D + D * D;
    double context = S * 10 * D;
    double modulation = 6 * D * D + 6 * D * D + 6 * D * D + 2 * D * D;
    double projections = 2 * N * 4 * D * D + S * 4 * D * D + S * 3 * D * D;
    double feedForward = 2 * N * 8 * D * D + S * 8 * D * D;
    double attention = 2 * 2 * (N + S) * (N + S) * D;
    double out = 2 * D * D + N * D * 20;
    double multiplyAdds =
        patches + time + context + modulation + projections + feedForward + attention + out;

    assertThat(flops().forward()).isEqualTo(2 * multiplyAdds);
  }

  @Test
  void trainingAddsInputGradientsAndThreeAdapterPasses() {
    double attention = 4.0 * 2 * (N + S) * (N + S) * D;
    double adapter = 2.0 * N * 3 * (D + D);

    assertThat(flops().adapterTraining(List.of("transformer_blocks.0.attn.to_q"), 3))
        .isEqualTo(2 * flops().forward() + attention + 3 * adapter);
  }

  @Test
  void aPassOfFluxTakesBothKindsOfBlocks() {
    FluxConfig config = new FluxConfig(1, 20, null, 1, 2, 4, 2, 10, 6, true, List.of(0, 2, 2));
    Flops flux =
        new Flops(new FluxTransformer(config, Parameters.random(1), ScalarType.Float), N, S);
    double embedding = N * 20 * D + S * 10 * D + 2 * (256 * D + D * D) + 6 * D + D * D;
    double joint = 12 * D * D + (N + S) * (4 * D * D + 8 * D * D);
    double single = 3 * D * D + (N + S) * (3 * D * D + 4 * D * D + 5 * D * D);
    double attention = 2 * (N + S) * (N + S) * D;
    double out = 2 * D * D + N * D * 20;

    assertThat(flux.forward())
        .isEqualTo(2 * (embedding + joint + 2 * single + 3 * attention + out));
  }
}
