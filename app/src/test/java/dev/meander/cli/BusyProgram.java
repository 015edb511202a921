package dev.meander.cli;

import dev.meander.tensor.Autograd;
import dev.meander.tensor.Engine;
import dev.meander.tensor.Scope;
import dev.meander.tensor.Tensors;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** Computes without end, as a training does, until a signal comes. */
final class BusyProgram {
  private static final int SIZE = 1024;
  private static final int PRODUCTS = 8;

  private BusyProgram() {}

  public static void main(String[] args) {
    Interrupt.install(System.err);
    Interrupt.advise("To go on, do this.");
    Engine.start(2, 2);
    boolean said = false;
    while (true) {
      try (Scope scope = new Scope()) {
        Engine.workers().run(2, part -> List.of(products()));
      }
      if (!said) {
        System.out.println("computing");
        said = true;
      }
    }
  }

  private static Tensor products() {
    Tensor x = Tensors.of(new float[SIZE * SIZE], SIZE, SIZE).set_requires_grad(true);
    Tensor power = x;
    for (int i = 0; i < PRODUCTS; i++) {
      power = power.softmax(-1).matmul(x);
    }
    return Autograd.gradients(power.sum(), List.of(x)).get(0);
  }
}
