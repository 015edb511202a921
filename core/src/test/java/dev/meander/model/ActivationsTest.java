package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.event.Progress;
import dev.meander.model.flux.FluxConfig;
import dev.meander.model.plain.PlainReader;
import dev.meander.model.sd3.Sd3Config;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.MemoryMeter;
import dev.meander.tensor.Scope;
import dev.meander.text.Conditioning;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Extrapolated from small networks and passes, against the tensors of large ones. */
class ActivationsTest {
  private static final int HEIGHT = 9;
  private static final int WIDTH = 10;
  private static final int TEXT = 33;
  private static final Percentage CLOSE = Percentage.withPercentage(3);

  private static final LoraConfig LORA =
      new LoraConfig(4, 4, List.of("to_q", "to_v", "to_out.0"), LoraInit.GAUSSIAN);

  enum Family {
    SD3(new Sd3Config(20, 2, 4, null, 5, 16, 6, 24, 96, 8, 12, List.of(0, 1), "rms_norm"), LORA),
    FLUX(new FluxConfig(1, 16, null, 2, 3, 16, 6, 20, 8, true, List.of(4, 4, 8)), LORA),
    OF_ITS_OWN(
        new PlainReader.Config(32, 4),
        new LoraConfig(4, 4, List.of("to_q", "to_v"), LoraInit.GAUSSIAN));

    final TransformerConfig config;
    final LoraConfig lora;

    Family(TransformerConfig config, LoraConfig lora) {
      this.config = config;
      this.lora = lora;
    }

    Activations activations(LoraConfig lora, ScalarType type, Hardware hardware) {
      return new Activations(
          config, lora, type, hardware, (long) HEIGHT * WIDTH, TEXT, new Progress.Silent());
    }

    /** What a row more adds to the most that a pass of real size holds. */
    long real(LoraConfig lora, ScalarType type, Mode mode) {
      return (peak(lora, type, mode, 6) - peak(lora, type, mode, 2)) / 4;
    }

    private long peak(LoraConfig lora, ScalarType type, Mode mode, long rows) {
      try (Scope scope = new Scope()) {
        FlowTransformer model = config.build(Parameters.unset(type), type);
        List<Tensor> all = List.copyOf(model.tensors().values());
        LoraAdapter adapter = lora == null ? null : LoraAdapter.attach(model.linears(), lora, 1);
        List<Tensor> leaves = adapter == null ? all : List.copyOf(adapter.parameters().values());
        leaves.forEach(t -> t.set_requires_grad(true));
        int side = config.tokenSide();
        Tensor latent =
            torch.zeros(rows, config.latentChannels(), (long) HEIGHT * side, (long) WIDTH * side);
        Conditioning prompts =
            new Conditioning(
                torch.zeros(rows, TEXT, config.jointAttentionDim()),
                torch.zeros(rows, config.pooledProjectionDim()));
        Tensor sigma = torch.zeros(rows);
        model.recompute(mode == Mode.AGAIN);
        if (mode != Mode.SAMPLING) {
          return Collections.max(
              MemoryMeter.readings(
                  Hardware.CPU, () -> model.velocity(latent, sigma, prompts).sum(), leaves));
        }
        if (adapter != null) {
          adapter.merge();
        }
        return Collections.max(
            MemoryMeter.readings(
                Hardware.CPU, () -> Autograd.noGrad(() -> model.velocity(latent, sigma, prompts))));
      }
    }
  }

  enum Mode {
    SAMPLING,
    RECORDED,
    AGAIN
  }

  @ParameterizedTest
  @EnumSource
  void adaptersInFloat32(Family family) {
    Activations found = family.activations(family.lora, ScalarType.Float, Hardware.CPU);
    assertThat(found.sampling())
        .isCloseTo(family.real(family.lora, ScalarType.Float, Mode.SAMPLING), CLOSE);
    assertThat(found.training(false))
        .isCloseTo(family.real(family.lora, ScalarType.Float, Mode.RECORDED), CLOSE);
    assertThat(found.training(true))
        .isCloseTo(family.real(family.lora, ScalarType.Float, Mode.AGAIN), CLOSE);
  }

  @ParameterizedTest
  @EnumSource
  void allWeights(Family family) {
    assertThat(family.activations(null, ScalarType.Float, Hardware.CPU).training(false))
        .isCloseTo(family.real(null, ScalarType.Float, Mode.RECORDED), CLOSE);
  }

  /** Where attention keeps its scores, which grow with the square of the tokens. */
  @ParameterizedTest
  @EnumSource(names = {"SD3", "FLUX"})
  void adaptersInBfloat16(Family family) {
    Activations found = family.activations(family.lora, ScalarType.BFloat16, Hardware.CPU);
    assertThat(found.training(false))
        .isCloseTo(family.real(family.lora, ScalarType.BFloat16, Mode.RECORDED), CLOSE);
    assertThat(found.sampling())
        .isCloseTo(family.real(family.lora, ScalarType.BFloat16, Mode.SAMPLING), CLOSE);
  }

  @Test
  void aGpuKeepsNoScores() {
    long tokens = (long) HEIGHT * WIDTH + TEXT;
    long scores = 2 * 6 * 5 * tokens * tokens;
    long cpu = Family.FLUX.activations(LORA, ScalarType.BFloat16, Hardware.CPU).training(false);
    assertThat(Family.FLUX.activations(LORA, ScalarType.BFloat16, Hardware.CUDA).training(false))
        .isLessThan(cpu - scores * 9 / 10);
  }

  /** Its images are of 16 by 24 latent cells. */
  @Test
  void decoding() {
    VaeConfig config = new VaeConfig(3, 3, 4, List.of(8, 16), 1, 4, 1, 0, false, false, true, 32);
    long real;
    try (Scope scope = new Scope()) {
      AutoencoderKl vae = new AutoencoderKl(config, Parameters.unset(ScalarType.Float));
      Tensor latent = torch.zeros(1, 4, 16, 24);
      real =
          Collections.max(
              MemoryMeter.readings(Hardware.CPU, () -> Autograd.noGrad(() -> vae.decode(latent))));
    }
    assertThat(Activations.decoding(config) * 16 * 24).isCloseTo(real, CLOSE);
  }
}
