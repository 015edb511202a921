package dev.meander.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meander.config.UserError;
import dev.meander.nn.LoraAdapter;
import dev.meander.nn.LoraConfig;
import dev.meander.nn.LoraInit;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Hardware;
import dev.meander.tensor.MetaDevice;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import dev.meander.testing.Fixture;
import dev.meander.text.Conditioning;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;

class DeviceTest {
  private static final LoraConfig LORA =
      new LoraConfig(2, 2, List.of("to_q", "to_k"), LoraInit.GAUSSIAN);

  /**
   * Loading, an adapted pass with its gradients and decoding, away from the CPU. Embeddings by
   * index are not among what the shape-only device computes, so prompts are not encoded here.
   */
  @Test
  void everythingIsOnTheModelsDevice() {
    try (MetaDevice meta = new MetaDevice();
        Scope scope = new Scope();
        Pipeline pipeline = Pipeline.load(Fixture.of("pipe-sd3").directory(), ScalarType.Float, 2);
        LoraAdapter adapter = LoraAdapter.attach(pipeline.transformer().linears(), LORA, 1)) {
      Conditioning prompts =
          new Conditioning(
              Tensors.of(new float[3 * 5 * 24], 3, 5, 24), Tensors.of(new float[3 * 16], 3, 16));
      Tensor latent = Tensors.of(new float[3 * 4 * 4 * 6], 3, 4, 4, 6);
      Tensor sigma = Tensors.of(new float[] {1, 0.5f, 0.2f}, 3);
      List<Tensor> made = new ArrayList<>(List.of(prompts.sequence(), prompts.pooled(), latent));
      pipeline.transformer().recompute(true);
      Engine.workers()
          .backward(
              3,
              List.copyOf(adapter.parameters().values()),
              part -> {
                Tensor v =
                    pipeline
                        .transformer()
                        .velocity(
                            latent.narrow(0, part.from(), part.size()),
                            sigma.narrow(0, part.from(), part.size()),
                            prompts.narrow(part.from(), part.size()));
                made.add(scope.keep(v));
                return v.square().mean();
              });
      made.add(pipeline.vae().decode(latent));
      made.addAll(pipeline.transformer().tensors().values());
      made.addAll(adapter.parameters().values());
      adapter.parameters().values().forEach(p -> made.add(p.grad()));
      assertThat(made).allMatch(Tensor::is_meta);
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
