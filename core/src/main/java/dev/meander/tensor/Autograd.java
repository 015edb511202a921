package dev.meander.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** Whether operations are recorded for the backward pass, and gradients read safely. */
public final class Autograd {
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
