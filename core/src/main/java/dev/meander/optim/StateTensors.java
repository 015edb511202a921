package dev.meander.optim;

import dev.meander.config.UserError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Tensors that live as long as their owner, and their restoring. */
final class StateTensors {
  private StateTensors() {}

  /** Takes a new tensor out of every scope; its owner closes it. */
  static Tensor own(Tensor tensor) {
    tensor.retainReference();
    return tensor;
  }

  /**
   * Copies the saved values into the present tensors.
   *
   * @throws UserError listing every missing, unexpected and wrongly shaped tensor; then nothing has
   *     changed
   */
  static void restore(String owner, Map<String, Tensor> present, Map<String, Tensor> saved) {
    List<String> problems = new ArrayList<>();
    present.forEach(
        (name, tensor) -> {
          Tensor value = saved.get(name);
          if (value == null) {
            problems.add("missing " + name);
          } else if (!Arrays.equals(value.shape(), tensor.shape())) {
            problems.add(
                "%s has shape %s, expected %s"
                    .formatted(
                        name, Arrays.toString(value.shape()), Arrays.toString(tensor.shape())));
          }
        });
    for (String name : new TreeSet<>(saved.keySet())) {
      if (!present.containsKey(name)) {
        problems.add("unexpected " + name);
      }
    }
    if (!problems.isEmpty()) {
      throw new UserError(
          "the saved %s state does not fit this run:\n  %s"
              .formatted(owner, String.join("\n  ", problems)));
    }
    present.forEach((name, tensor) -> tensor.copy_(saved.get(name)));
  }

  /** Zeros like the parameter, without gradient. */
  static Tensor zerosLike(Tensor parameter) {
    return own(torch.zeros_like(parameter));
  }
}
