package dev.meander.model.sd3;

import static dev.meander.testing.Fixture.assertBfloat16;
import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;

import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output and every gradient agree with diffusers' SD3Transformer2DModel. */
class Sd3TransformerParityTest {
  private static final double TOLERANCE = 1e-5;

  @ParameterizedTest
  @ValueSource(strings = {"sd3-plain", "sd3-medium35", "sd3-patch1", "sd3-nonsquare"})
  void forwardAndGradients(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      Map<String, Tensor> io = fixture.io();
      Parameters parameters =
          Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), name);
      Sd3Transformer model =
          new Sd3Transformer(fixture.config(Sd3Config.class), parameters, ScalarType.Float);
      model.tensors().forEach((n, t) -> t.set_requires_grad(!n.equals("pos_embed.pos_embed")));
      Tensor latent = io.get("hidden_states");
      Tensor sequence = io.get("encoder_hidden_states");
      Tensor pooled = io.get("pooled_projections");
      latent.set_requires_grad(true);
      sequence.set_requires_grad(true);
      pooled.set_requires_grad(true);
      Tensor velocity =
          model.velocity(latent, Fixture.sigma(io), new Conditioning(sequence, pooled));
      velocity.mul(io.get("grad_output")).sum().backward();

      assertClose("velocity", velocity, io.get("sample"), TOLERANCE);
      assertClose("latent", Autograd.grad(latent), io.get("grad.input.hidden_states"), TOLERANCE);
      assertClose(
          "sequence",
          Autograd.grad(sequence),
          io.get("grad.input.encoder_hidden_states"),
          TOLERANCE);
      assertClose(
          "pooled", Autograd.grad(pooled), io.get("grad.input.pooled_projections"), TOLERANCE);
      assertGradients(model.tensors(), io, TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sd3-plain", "sd3-medium35", "sd3-patch1", "sd3-nonsquare"})
  void bfloat16IsAsExactAsDiffusers(String name) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of(name);
      Map<String, Tensor> io = fixture.io();
      Sd3Transformer model =
          new Sd3Transformer(
              fixture.config(Sd3Config.class),
              Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), name),
              ScalarType.BFloat16);
      Conditioning conditioning =
          new Conditioning(io.get("encoder_hidden_states"), io.get("pooled_projections"));
      Tensor velocity =
          Autograd.noGrad(
              () -> model.velocity(io.get("hidden_states"), Fixture.sigma(io), conditioning));
      assertBfloat16(velocity, io);
    }
  }
}
