package dev.meander.model.sd3;

import static dev.meander.testing.Fixture.assertClose;
import static dev.meander.testing.Fixture.assertGradients;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Adapters saved by PEFT and by diffusers give the same output and gradients as in Python. */
class LoraParityTest {
  private static final double TOLERANCE = 1e-5;
  private static final Fixture LORA = Fixture.of("lora-peft");
  private static final Fixture PATTERNS = Fixture.of("lora-patterns");
  private static final List<String> TARGETS =
      List.of(
          "attn.add_k_proj",
          "attn.add_q_proj",
          "attn.add_v_proj",
          "attn.to_add_out",
          "attn.to_k",
          "attn.to_out.0",
          "attn.to_q",
          "attn.to_v");

  @TempDir Path temp;

  @Test
  void peftDirectory() {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = base();
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), LORA.directory())) {
        assertThat(adapter.config()).isEqualTo(new LoraConfig(4, 8, TARGETS, LoraInit.GAUSSIAN));
        assertParity(model, adapter);
      }
    }
  }

  @Test
  void diffusersFile() throws Exception {
    String file = "pytorch_lora_weights.safetensors";
    Files.copy(LORA.directory().resolve(file), temp.resolve(file));
    try (Scope scope = new Scope()) {
      Sd3Transformer model = base();
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), temp)) {
        assertThat(adapter.config().alpha()).isEqualTo(8);
        assertParity(model, adapter);
      }
    }
  }

  /** An expression for the targets, ranks and alphas of some layers: as PEFT, and as diffusers. */
  @ParameterizedTest
  @ValueSource(strings = {"", "pytorch_lora_weights.safetensors"})
  void ranksAndAlphasByPattern(String file) {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = base();
      Tensor expected = PATTERNS.io().get("sample");
      Tensor without = forward(model);
      Path from = PATTERNS.directory().resolve(file);
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), from)) {
        assertClose("as saved in Python", forward(model), expected, TOLERANCE);
        assertThat(adapter.parameters().get("transformer_blocks.1.attn.to_k.lora_A.weight").size(0))
            .isEqualTo(1);
        adapter.save(temp, null);
      }
      assertClose("without", forward(model), without, TOLERANCE);
      for (String saved : List.of("", "pytorch_lora_weights.safetensors")) {
        try (LoraAdapter adapter = LoraAdapter.load(model.linears(), temp.resolve(saved))) {
          assertClose("saved again: " + saved, forward(model), expected, TOLERANCE);
        }
      }
    }
  }

  @Test
  void savedAndLoadedAgain() {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = base();
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), LORA.directory())) {
        adapter.save(temp, "base");
      }
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), temp)) {
        assertParity(model, adapter);
      }
      Path file = temp.resolve("pytorch_lora_weights.safetensors");
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), file)) {
        assertThat(adapter.config()).isEqualTo(new LoraConfig(4, 8, TARGETS, LoraInit.GAUSSIAN));
        assertParity(model, adapter);
      }
    }
  }

  @Test
  void offIsTheReferencePolicy() {
    try (Scope scope = new Scope()) {
      Sd3Transformer model = base();
      Tensor before = forward(model);
      try (LoraAdapter adapter = LoraAdapter.load(model.linears(), LORA.directory())) {
        adapter.enabled(false);
        assertThat(adapter.enabled()).isFalse();
        Tensor off = forward(model);
        assertThat(Tensors.floats(off)).isEqualTo(Tensors.floats(before));
        assertThat(off.requires_grad()).isFalse();
        adapter.enabled(true);
        assertClose("on again", forward(model), LORA.io().get("sample"), TOLERANCE);
      }
      assertThat(Tensors.floats(forward(model))).isEqualTo(Tensors.floats(before));
    }
  }

  private static void assertParity(Sd3Transformer model, LoraAdapter adapter) {
    Map<String, Tensor> io = LORA.io();
    Tensor velocity = forward(model);
    velocity.mul(io.get("grad_output")).sum().backward();
    assertClose("velocity", velocity, io.get("sample"), TOLERANCE);
    assertGradients(adapter.parameters(), io, TOLERANCE);
    assertThat(model.tensors().values()).allMatch(t -> Autograd.grad(t) == null);
  }

  private static Tensor forward(Sd3Transformer model) {
    Map<String, Tensor> io = LORA.io();
    Conditioning conditioning =
        new Conditioning(io.get("encoder_hidden_states"), io.get("pooled_projections"));
    return model.velocity(io.get("hidden_states"), Fixture.sigma(io), conditioning);
  }

  private static Sd3Transformer base() {
    Fixture fixture = Fixture.of("sd3-medium35");
    Parameters parameters =
        Parameters.from(fixture.tensors("diffusion_pytorch_model.safetensors"), "base");
    return new Sd3Transformer(fixture.config(Sd3Config.class), parameters, ScalarType.Float);
  }
}
