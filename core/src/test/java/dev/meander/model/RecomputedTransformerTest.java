package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.sd3.Sd3Config;
import dev.meander.model.sd3.Sd3Transformer;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.random.Domain;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients with blocks that are computed twice are those without. */
class RecomputedTransformerTest {
  @AfterEach
  void oneWorker() {
    Engine.start(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void ofAttentionAdaptersToTheBit(int workers) {
    Engine.start(workers, workers);
    try (Scope scope = new Scope()) {
      Sd3Transformer model = model(ScalarType.Float);
      List<String> targets = List.of("attn.to_q", "attn.add_k_proj", "attn.to_out.0", "net.2");
      try (LoraAdapter adapter = attach(model, targets)) {
        List<float[]> plain = gradients(model, adapter.parameters());
        model.recompute(true);
        assertThat(gradients(model, adapter.parameters()))
            .usingRecursiveComparison()
            .isEqualTo(plain);
        assertThat(plain).allMatch(g -> g.length > 0);
      }
    }
  }

  /**
   * Also of what lies before and after the blocks, which meets their gradients in another order.
   */
  @ParameterizedTest
  @ValueSource(strings = {"Float", "BFloat16"})
  void ofEveryLayer(String type) {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = model(ScalarType.valueOf(type));
      try (LoraAdapter adapter = attach(model, List.copyOf(model.linears().keySet()))) {
        List<float[]> plain = gradients(model, adapter.parameters());
        model.recompute(true);
        List<float[]> again = gradients(model, adapter.parameters());
        float tolerance = type.equals("Float") ? 1e-5f : 3e-2f;
        for (int i = 0; i < plain.size(); i++) {
          float largest = largest(plain.get(i));
          float[] difference = plain.get(i).clone();
          for (int j = 0; j < difference.length; j++) {
            difference[j] -= again.get(i)[j];
          }
          assertThat(largest(difference)).isLessThanOrEqualTo(tolerance * largest);
        }
      }
    }
  }

  @Test
  void ofAllWeights() {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = model(ScalarType.Float);
      model.tensors().values().forEach(t -> t.set_requires_grad(true));
      List<float[]> plain = gradients(model, model.tensors());
      model.recompute(true);
      List<float[]> again = gradients(model, model.tensors());
      for (int i = 0; i < plain.size(); i++) {
        assertThat(again.get(i))
            .usingComparatorWithPrecision(1e-5f * Math.max(1, largest(plain.get(i))))
            .containsExactly(plain.get(i));
      }
    }
  }

  private static float largest(float[] values) {
    float largest = 0;
    for (float v : values) {
      largest = Math.max(largest, Math.abs(v));
    }
    return largest;
  }

  private static LoraAdapter attach(Sd3Transformer model, List<String> targets) {
    LoraAdapter adapter =
        LoraAdapter.attach(model.linears(), new LoraConfig(2, 4, targets, LoraInit.GAUSSIAN), 1);
    Autograd.noGrad(
        () ->
            adapter
                .parameters()
                .forEach(
                    (name, t) ->
                        t.copy_(
                            Tensors.of(
                                Domain.EXAMPLE.stream(name.hashCode()).normals((int) t.numel()),
                                Tensors.shape(t)))));
    return adapter;
  }

  private static List<float[]> gradients(Sd3Transformer model, Map<String, Tensor> parameters) {
    Map<String, Tensor> io = Fixture.of("sd3-medium35").io();
    Tensor latent = io.get("hidden_states");
    Tensor sigma = io.get("timestep").div(new Scalar(1000));
    Conditioning prompts =
        new Conditioning(io.get("encoder_hidden_states"), io.get("pooled_projections"));
    List<Tensor> leaves = List.copyOf(parameters.values());
    Engine.workers()
        .backward(
            (int) latent.size(0),
            leaves,
            part ->
                model
                    .velocity(
                        latent.narrow(0, part.from(), part.size()),
                        sigma.narrow(0, part.from(), part.size()),
                        prompts.narrow(part.from(), part.size()))
                    .mul(io.get("grad_output").narrow(0, part.from(), part.size()))
                    .sum());
    List<float[]> gradients = new ArrayList<>();
    for (Tensor leaf : leaves) {
      Tensor gradient = Autograd.grad(leaf);
      gradients.add(gradient == null ? new float[0] : Tensors.floats(gradient));
      Autograd.clearGrad(leaf);
    }
    return gradients;
  }

  private static Sd3Transformer model(ScalarType compute) {
    Fixture fixture = Fixture.of("sd3-medium35");
    Parameters parameters =
        Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), "base");
    return new Sd3Transformer(fixture.config(Sd3Config.class), parameters, compute);
  }
}
