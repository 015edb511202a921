package dev.meander.train;

import dev.meander.config.UserError;
import dev.meander.tensor.Autograd;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/** Copies saved values into live tensors of the same names and shapes. */
final class Restore {
  private Restore() {}

  static void into(String what, Map<String, Tensor> live, Map<String, Tensor> saved) {
    if (!live.keySet().equals(saved.keySet())
        || live.entrySet().stream()
            .anyMatch(e -> !Arrays.equals(e.getValue().shape(), saved.get(e.getKey()).shape()))) {
      throw new UserError(
          "the saved " + what + " does not fit this recipe: was the run started with another one?");
    }
    Autograd.noGrad(() -> live.forEach((name, tensor) -> tensor.copy_(saved.get(name))));
  }
}
