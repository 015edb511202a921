package dev.meander.model;

import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;

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
}
