package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.nn.Embeddings;
import dev.meander.nn.Linear;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.nn.Parameters;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.MetaDevice;
import dev.meander.tensor.Recompute;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class DeviceTest {
  private static final LoraConfig LORA =
      new LoraConfig(2, 2, List.of("to_q", "to_k"), LoraInit.GAUSSIAN);

  /**
   * Loading, adapted layers, their gradients and time features, away from the CPU. The shape-only
   * device has no convolutions, no normalisations and no embeddings by index.
   */
  @Test
  void everythingIsOnTheModelsDevice() {
    List<Tensor> made = new ArrayList<>();
    try (MetaDevice meta = new MetaDevice();
        Scope scope = new Scope()) {
      made.addAll(
          Fixture.of("sd3-medium35").tensors("diffusion_pytorch_model.safetensors").values());
      Parameters p = Parameters.random(1);
      Linear first = new Linear(p, "to_q", 6, 4);
      Linear second = new Linear(p, "to_k", 4, 6);
      Parameters.Built built = p.finish();
      made.addAll(built.tensors().values());
      Tensor x = Tensors.of(new float[2 * 3 * 6], 2, 3, 6);
      try (LoraAdapter adapter = LoraAdapter.attach(built.linears(), LORA, 1)) {
        List<Tensor> leaves = List.copyOf(adapter.parameters().values());
        Engine.workers()
            .backward(
                2,
                leaves,
                part ->
                    Recompute.segment(
                            List.of(x.narrow(0, part.from(), part.size())),
                            i -> List.of(second.forward(first.forward(i.get(0)).tanh())))
                        .get(0)
                        .square()
                        .mean());
        made.addAll(leaves);
        leaves.forEach(leaf -> made.add(Autograd.grad(leaf)));
        made.add(Embeddings.time(Tensors.of(new float[] {1, 0.5f}, 2), 256));
        assertThat(made).allMatch(Tensor::is_meta);
      }
    }
    assertThat(Tensors.of(new float[1], 1).is_cpu()).isTrue();
  }

  @Test
  void withoutTheEngineForItADeviceIsRefused() {
    if (torch.cuda_is_available()) {
      Engine.use(Hardware.CUDA);
      assertThat(Engine.device().is_cuda()).isTrue();
      Engine.use(Hardware.CPU);
      return;
    }
    assertThatThrownBy(() -> Engine.use(Hardware.CUDA))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cuda cannot be used")
        .hasMessageContaining("-Pgpu")
        .hasMessageContaining("found: cpu");
  }
}
