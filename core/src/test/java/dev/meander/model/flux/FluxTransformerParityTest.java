package dev.meander.model.flux;

import static dev.meander.testing.Fixture.assertBfloat16;
import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Output and every gradient agree with diffusers' FluxTransformer2DModel. */
class FluxTransformerParityTest {
  private static final double TOLERANCE = 1e-5;
  private static final double LORA_TOLERANCE = 1e-4;

  private static FluxTransformer model(String name, ScalarType compute) {
    Fixture fixture = Fixture.of(name);
    return new FluxTransformer(
        fixture.config(FluxConfig.class),
        Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), name),
        compute);
  }

  private static Conditioning conditioning(Map<String, Tensor> io, Tensor guidance) {
    Conditioning prompts =
        new Conditioning(io.get("encoder_hidden_states"), io.get("pooled_projections"));
    return new Conditioning(
        prompts.tokens(), prompts.lengths(), prompts.pooled(), Optional.ofNullable(guidance));
  }

  @ParameterizedTest
  @ValueSource(strings = {"flux-dev", "flux-schnell", "flux-onehead"})
  void forwardAndGradients(String name) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = Fixture.of(name).io();
      FluxTransformer model = model(name, ScalarType.Float);
      model.tensors().values().forEach(t -> t.set_requires_grad(true));
      for (String input : List.of("latent", "encoder_hidden_states", "pooled_projections")) {
        io.get(input).set_requires_grad(true);
      }

      Tensor velocity =
          model.velocity(io.get("latent"), io.get("sigma"), conditioning(io, io.get("guidance")));
      velocity.mul(io.get("grad_output")).sum().backward();

      assertClose("velocity", velocity, io.get("sample"), TOLERANCE);
      for (String input : List.of("latent", "encoder_hidden_states", "pooled_projections")) {
        assertClose(input, Autograd.grad(io.get(input)), io.get("grad.input." + input), TOLERANCE);
      }
      assertGradients(model.tensors(), io, TOLERANCE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"flux-dev", "flux-schnell", "flux-onehead"})
  void bfloat16IsAsExactAsDiffusers(String name) {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = Fixture.of(name).io();
      FluxTransformer model = model(name, ScalarType.BFloat16);
      Tensor velocity =
          Autograd.noGrad(
              () ->
                  model.velocity(
                      io.get("latent"),
                      io.get("bf16.sigma"),
                      conditioning(io, io.get("bf16.guidance"))));
      assertThat(velocity.scalar_type().intern()).isEqualTo(ScalarType.Float);
      assertBfloat16(velocity, io);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void adapterOnTheDefaultTargets(boolean recompute) {
    try (Scope scope = new Scope()) {
      Fixture fixture = Fixture.of("flux-dev");
      Map<String, Tensor> io = fixture.io();
      Map<String, Tensor> lora = new LinkedHashMap<>();
      fixture.tensors("lora.safetensors").forEach((n, t) -> lora.put(n.substring(5), t));
      FluxTransformer model = model("flux-dev", ScalarType.Float);
      List<String> targets =
          List.of(
              "attn.add_k_proj",
              "attn.add_q_proj",
              "attn.add_v_proj",
              "attn.to_add_out",
              "attn.to_k",
              "attn.to_out.0",
              "attn.to_q",
              "attn.to_v");
      LoraConfig config = new LoraConfig(4, 8, targets, LoraInit.GAUSSIAN);
      try (LoraAdapter adapter = LoraAdapter.attach(model.linears(), config, 1)) {
        Autograd.noGrad(() -> adapter.parameters().forEach((n, t) -> t.copy_(lora.get(n))));
        model.recompute(recompute);
        Conditioning prompts = conditioning(io, io.get("guidance"));
        Tensor velocity = model.velocity(io.get("latent"), io.get("sigma"), prompts);
        Engine.workers()
            .backward(
                Math.toIntExact(prompts.batch()),
                List.copyOf(adapter.parameters().values()),
                part ->
                    model
                        .velocity(
                            io.get("latent").narrow(0, part.from(), part.size()),
                            io.get("sigma").narrow(0, part.from(), part.size()),
                            prompts.narrow(part.from(), part.size()))
                        .mul(io.get("grad_output").narrow(0, part.from(), part.size()))
                        .sum());
        assertClose("velocity", velocity, lora.get("sample"), TOLERANCE);
        assertThat(adapter.parameters()).hasSize(2 * (8 + 2 * 3));
        assertGradients(adapter.parameters(), lora, LORA_TOLERANCE);
      }
    }
  }

  @Test
  void guidanceIsTheUsualOneUnlessNamed() {
    try (Scope scope = new Scope()) {
      Map<String, Tensor> io = Fixture.of("flux-dev").io();
      FluxTransformer model = model("flux-dev", ScalarType.Float);
      Conditioning silent = conditioning(io, null);
      Tensor usual = model.velocity(io.get("latent"), io.get("sigma"), silent);
      Tensor named = model.velocity(io.get("latent"), io.get("sigma"), silent.guided(3.5));
      Tensor other = model.velocity(io.get("latent"), io.get("sigma"), silent.guided(2));
      assertThat(Tensors.floats(named)).isEqualTo(Tensors.floats(usual));
      assertThat(Tensors.floats(other)).isNotEqualTo(Tensors.floats(usual));
    }
  }

  @Test
  void packingIsUndone() {
    try (Scope scope = new Scope()) {
      float[] values = new float[2 * 3 * 4 * 6];
      for (int i = 0; i < values.length; i++) {
        values[i] = i;
      }
      Tensor latent = Tensors.of(values, 2, 3, 4, 6);
      Tensor packed = FluxTransformer.pack(latent, 2, 3);
      assertThat(packed.shape()).containsExactly(2, 6, 12);
      // The first token: two by two cells of each channel, row by row.
      assertThat(Tensors.floats(packed.select(0, 0).select(0, 0)))
          .containsExactly(0, 1, 6, 7, 24, 25, 30, 31, 48, 49, 54, 55);
      assertThat(Tensors.floats(FluxTransformer.unpack(packed, 2, 3))).isEqualTo(values);
    }
  }
}
