package dev.meander.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Whether operations are recorded for the backward pass, and gradients read safely. */
public final class Autograd {
  static {
    Natives.prepare();
  }

  private Autograd() {}

  /** Runs {@code work} without recording. */
  public static <T> T noGrad(Supplier<T> work) {
    NoGradGuard guard = new NoGradGuard();
    try {
      return work.get();
    } finally {
      guard.close();
    }
  }

  /** Runs {@code work} without recording. */
  public static void noGrad(Runnable work) {
    noGrad(
        () -> {
          work.run();
          return null;
        });
  }

  /**
   * The gradients of a scalar {@code loss}, which no tensor's own gradient takes part in: for
   * backward passes at the same time.
   *
   * @return an own handle for each of {@code leaves}, undefined where the loss does not depend on
   *     it
   */
  public static List<Tensor> gradients(Tensor loss, List<Tensor> leaves) {
    TensorVector all =
        torch.grad(
            new TensorVector(loss),
            new TensorVector(leaves.toArray(Tensor[]::new)),
            new TensorVector(),
            new BoolOptional(),
            false,
            true);
    List<Tensor> gradients = new ArrayList<>(leaves.size());
    for (int i = 0; i < leaves.size(); i++) {
      gradients.add(new Tensor(all.get(i)));
    }
    return gradients;
  }

  /** Whether operations are recorded in this thread. */
  public static boolean records() {
    return GradMode.is_enabled();
  }

  /** Adds {@code gradient}, unless undefined, to the gradient of {@code leaf}. */
  public static void addGrad(Tensor leaf, Tensor gradient) {
    if (!gradient.defined()) {
      return;
    }
    Tensor own = grad(leaf);
    if (own == null) {
      leaf.mutable_grad().put(gradient);
    } else {
      noGrad(() -> own.add_(gradient));
    }
  }

  /** An own handle on the gradient of {@code leaf}, or {@code null} when it has none. */
  public static Tensor grad(Tensor leaf) {
    Tensor live = leaf.grad();
    return live == null || !live.defined() ? null : new Tensor(live);
  }

  /** Drops the gradient of {@code leaf}, so that the next backward pass starts a new one. */
  public static void clearGrad(Tensor leaf) {
    leaf.mutable_grad().reset();
  }
}
