package dev.meander.model;

import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.nn.Parameters;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoder, decoder and every gradient agree with diffusers' AutoencoderKL. */
class AutoencoderKlParityTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"vae-sd3", "vae-quant", "vae-noattn", "vae-one-layer"})
  void forwardAndGradients(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      Map<String, Tensor> io = fixture.io();
      VaeConfig config = fixture.config(VaeConfig.class);
      AutoencoderKl vae =
          new AutoencoderKl(
              config,
              Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), name));
      vae.tensors().values().forEach(t -> t.set_requires_grad(true));

      Tensor moments = vae.moments(io.get("image"));
      Tensor sample = vae.decodeRaw(io.get("latent"));
      moments.mul(io.get("grad_moments")).sum().backward();
      sample.mul(io.get("grad_sample")).sum().backward();

      assertClose("moments", moments, io.get("moments"), TOLERANCE);
      assertClose("mode", Tensors.chunk(moments, 2, 1).get(0), io.get("mode"), TOLERANCE);
      assertClose("sample", sample, io.get("sample"), TOLERANCE);
      assertGradients(vae.tensors(), io, TOLERANCE);
      Tensor scaled =
          io.get("latent")
              .sub(new Scalar(config.shiftFactor()))
              .mul(new Scalar(config.scalingFactor()));
      assertClose("scaled latent", vae.decode(scaled), io.get("sample"), TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vae-quant", "vae-one-layer"})
  void tiledDecoding(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      Map<String, Tensor> io = fixture.io();
      AutoencoderKl vae =
          new AutoencoderKl(
              fixture.config(VaeConfig.class),
              Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), name));
      Tensor latent = io.get("tiled_latent");
      Tensor tiled = vae.tiled().decodeRaw(latent);
      assertClose("tiled", tiled, io.get("tiled_sample"), TOLERANCE);
      assertThat(Tensors.floats(tiled)).isNotEqualTo(Tensors.floats(vae.decodeRaw(latent)));
      // What fits into a tile is decoded whole.
      assertThat(Tensors.floats(vae.tiled().decodeRaw(latent.narrow(2, 0, 2).narrow(3, 0, 3))))
          .isEqualTo(Tensors.floats(vae.decodeRaw(latent.narrow(2, 0, 2).narrow(3, 0, 3))));
    }
  }
}
