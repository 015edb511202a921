package dev.meander.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meander.model.Pipeline;
import dev.meander.tensor.Autograd;
import dev.meander.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class FullWeightsTest {
  @Test
  void aStoppedRunsGradientsEndWithIt() {
    try (Scope scope = new Scope();
        Pipeline pipeline = Models.load(TinyRun.config("policy=full").model())) {
      FullWeights weights = new FullWeights(pipeline);
      Tensor first = weights.parameters().values().iterator().next();
      Autograd.addGrad(first, torch.ones_like(first));

      weights.close();

      assertThat(first.requires_grad()).isFalse();
      assertThat(Autograd.grad(first)).isNull();
    }
  }
}
